import * as pulumi from "@pulumi/pulumi";
import { load } from "./components/config";
import { QvdDatabase } from "./components/qvdDatabase";
import { describeLab, labDefaults, labKey } from "./lab/describe";

const lab = new pulumi.Config().getBoolean("lab") ? describeLab() : undefined;
const { settings, secrets } = load(lab && labDefaults(lab));
const key = lab && labKey(lab);
const hypervisorPrivateKey = secrets.hypervisorPrivateKey ?? (key === undefined ? undefined : pulumi.secret(key));

const qvddb = new QvdDatabase("qvddb", { ...settings, secrets: { ...secrets, hypervisorPrivateKey } });

export const address = qvddb.address;
export const port = qvddb.port;
export const database = qvddb.database;
export const user = qvddb.user;
export const password = qvddb.password;
export const connectionString = qvddb.connectionString;
export const nodes = qvddb.nodes;
export const worstCaseFailoverSeconds = qvddb.worstCaseFailoverSeconds;
/** For `make status` and the drills: how to reach the nodes. Secret. */
export const connections = qvddb.connections;
export const hypervisors = qvddb.hypervisors;
export const libvirtUri = lab?.libvirtUri;
