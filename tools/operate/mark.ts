/** Attribute of a node in the cluster's configuration: which verb is at work on the pair, and how far it has come. Everybody sees it, and it outlives whoever began. */
export const OPERATION = "qvd-ha-operation";

/** What a mark says: the verb, and what the verb itself has noted. */
export interface Mark {
  readonly verb: string;
  readonly noted: readonly string[];
}

export const markOf = (verb: string, ...noted: readonly string[]): string => [verb, ...noted].join(":");

/** Undefined: there is none. */
export function parseMark(text: string): Mark | undefined {
  const [verb = "", ...noted] = text.split(":");
  return verb === "" ? undefined : { verb, noted };
}
