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

export const address = qvddb.address;
export const port = qvddb.port;
export const database = qvddb.database;
export const user = qvddb.user;
export const password = qvddb.password;
export const connectionString = qvddb.connectionString;
export const nodes = qvddb.nodes;
export const drbdResource = qvddb.drbdResource;
export const activeNode = qvddb.activeNode;
export const worstCaseFailoverSeconds = qvddb.worstCaseFailoverSeconds;
export const bound = qvddb.bound;
/** Only where the program looks after a QVD node, too. */
export const qvdDemands = qvddb.qvdDemands;
/** For `make status` and the drills: how to reach the nodes. Secret. */
export const connections = qvddb.connections;
export const hypervisors = qvddb.hypervisors;
/** Only where the guests run in the embedded lab. */
export const lab = embedded && { libvirtUri: embedded.libvirtUri };
