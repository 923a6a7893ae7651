/** Attribute of a node in the cluster's configuration: which verb is at work on the pair, and how far it has come. Everybody sees it, and it outlives whoever began. */
export const OPERATION = "qvd-ha-operation";
