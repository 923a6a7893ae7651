import * as pulumi from "@pulumi/pulumi";
import { announced } from "./components/announce";
import { load } from "./components/config";
import { QvdDatabase } from "./components/qvdDatabase";
import { describeLab, labDefaults, labKey } from "./lab/describe";

const embedded = new pulumi.Config().getBoolean("lab") ? describeLab() : undefined;
const { settings, secrets } = load(embedded && labDefaults(embedded));
const key = embedded && labKey(embedded);
const hypervisorPrivateKey = secrets.hypervisorPrivateKey ?? (key === undefined ? undefined : pulumi.secret(key));

const qvddb = new QvdDatabase("qvddb", { ...settings, secrets: { ...secrets, hypervisorPrivateKey } }, announced());

// Pulumi warns in every run of an output that is there and undefined.
export = {
  address: qvddb.address,
  port: qvddb.port,
  database: qvddb.database,
  user: qvddb.user,
  password: qvddb.password,
  connectionString: qvddb.connectionString,
  nodes: qvddb.nodes,
  drbdResource: qvddb.drbdResource,
  activeNode: qvddb.activeNode,
  profile: qvddb.profile,
  worstCaseFailoverSeconds: qvddb.worstCaseFailoverSeconds,
  bound: qvddb.bound,
  /** For `make status` and the drills: how to reach the nodes. Secret. */
  connections: qvddb.connections,
  hypervisors: qvddb.hypervisors,
  /** Only where the program looks after a QVD node, too. */
  ...(qvddb.qvdDemands && { qvdDemands: qvddb.qvdDemands }),
  /** How the host of the third vote is reached, only where there is one. */
  ...(qvddb.thirdVote && { thirdVote: qvddb.thirdVote }),
  /** Only where the guests run in the embedded lab. */
  ...(embedded && { lab: { libvirtUri: embedded.libvirtUri } }),
};
