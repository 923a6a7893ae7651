import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { schema as agents } from "./agents/spec";
import type { schema as corosync } from "./corosync/spec";
import type { DeepInput } from "./deepInput";
import type { schema as drbd } from "./drbd/spec";
import type { schema as fenceAccess } from "./fencing/access/spec";
import type { schema as fenceClient } from "./fencing/client/spec";
import type { schema as fenceSecret } from "./fencing/secret/spec";
import type { schema as fenceLink } from "./fencing/link/spec";
import type { schema as fenceTest } from "./fencing/test/spec";
import type { schema as watchdog } from "./fencing/watchdog/spec";
import type { schema as watchdogTest } from "./fencing/watchdogTest/spec";
import type { KindName } from "./kinds";
import type { schema as alertAgent } from "./maintenance/alertAgent/spec";
import type { schema as backup } from "./maintenance/backup/spec";
import type { schema as configurationBackup } from "./maintenance/configuration/spec";
import type { schema as pitr } from "./maintenance/pitr/spec";
import type { schema as repository } from "./maintenance/repository/spec";
import type { schema as drbdVerify } from "./maintenance/verify/spec";
import type { schema as watch } from "./maintenance/watch/spec";
import type { schema as node } from "./node/spec";
import type { pacemakerSchema as pacemaker } from "./pacemaker/spec";
import type { startedSchema as started } from "./pacemaker/started/spec";
import type { schema as postgres } from "./postgres/spec";
import type { schema as qdevice } from "./qdevice/spec";

/** What a schema takes, any part of it as an output. */
type Args<S extends z.ZodType> = { [K in keyof z.input<S>]: DeepInput<z.input<S>[K]> };

/**
 * The stub that Pulumi serialises into the state: it holds a kind's name and nothing else, so its text never changes and no value can leak by it.
 * Without `diff`, the engine compares inputs itself and shows every nested difference.
 */
function stub(kind: string): pulumi.dynamic.ResourceProvider {
  return {
    check: async (_olds: unknown, news: unknown) => require("@qvd-ha/providers").check(kind, news),
    create: async (inputs: unknown) => require("@qvd-ha/providers").create(kind, inputs),
    read: async (id: string, props: unknown) => require("@qvd-ha/providers").read(kind, id, props),
    update: async (_id: string, _olds: unknown, news: unknown) => require("@qvd-ha/providers").update(kind, news),
    delete: async (_id: string, props: unknown) => require("@qvd-ha/providers").remove(kind, props),
  };
}

const nodeStub = stub("node");
const fenceAccessStub = stub("fenceAccess");
const fenceClientStub = stub("fenceClient");
const fenceSecretStub = stub("fenceSecret");
const fenceLinkStub = stub("fenceLink");
const fenceTestStub = stub("fenceTest");
const watchdogStub = stub("watchdog");
const watchdogTestStub = stub("watchdogTest");
const agentsStub = stub("agents");
const drbdStub = stub("drbd");
const postgresStub = stub("postgres");
const qdeviceStub = stub("qdevice");
const corosyncStub = stub("corosync");
const pacemakerStub = stub("pacemaker");
const startedStub = stub("started");
const drbdVerifyStub = stub("drbdVerify");
const backupStub = stub("backup");
const configurationBackupStub = stub("configurationBackup");
const pitrStub = stub("pitr");
const repositoryStub = stub("repository");
const alertAgentStub = stub("alertAgent");
const watchStub = stub("watch");

/** A node prepared for the cluster: names, time, packages, nothing that starts at boot beside the cluster. */
export class NodePreparation extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "node";

  constructor(name: string, args: Args<typeof node>, opts?: pulumi.CustomResourceOptions) {
    super(nodeStub, name, args, opts, "node", "Preparation");
  }
}

/** Agents of ours, where Pacemaker looks for agents. */
export class Agents extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "agents";

  constructor(name: string, args: Args<typeof agents>, opts?: pulumi.CustomResourceOptions) {
    super(agentsStub, name, args, opts, "node", "Agents");
  }
}

/** The fence key's forced command on a hypervisor. */
export class FenceAccess extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "fenceAccess";

  constructor(name: string, args: Args<typeof fenceAccess>, opts?: pulumi.CustomResourceOptions) {
    super(fenceAccessStub, name, args, opts, "fencing", "Access");
  }
}

/** The fence key and the hypervisors' host keys on the nodes. */
export class FenceClient extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "fenceClient";

  constructor(name: string, args: Args<typeof fenceClient>, opts?: pulumi.CustomResourceOptions) {
    super(fenceClientStub, name, args, opts, "fencing", "Client");
  }
}

/** A fence agent's secret in root's files on the nodes. */
export class FenceSecret extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "fenceSecret";

  constructor(name: string, args: Args<typeof fenceSecret>, opts?: pulumi.CustomResourceOptions) {
    super(fenceSecretStub, name, args, opts, "fencing", "Secret");
  }
}

/** A connection to each hypervisor that the nodes keep open. */
export class FenceLink extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "fenceLink";

  constructor(name: string, args: Args<typeof fenceLink>, opts?: pulumi.CustomResourceOptions) {
    super(fenceLinkStub, name, args, opts, "fencing", "Link");
  }
}

/** Every fence device asked for real, from the node that would use it. */
export class FenceTest extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "fenceTest";

  constructor(name: string, args: Args<typeof fenceTest>, opts?: pulumi.CustomResourceOptions) {
    super(fenceTestStub, name, args, opts, "fencing", "Test");
  }
}

/** Diskless SBD: a watchdog that resets a node whose cluster has lost its quorum. */
export class Watchdog extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "watchdog";

  constructor(name: string, args: Args<typeof watchdog>, opts?: pulumi.CustomResourceOptions) {
    super(watchdogStub, name, args, opts, "fencing", "Watchdog");
  }
}

/** The proof that it guards every node, before the cluster counts on it. */
export class WatchdogTest extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "watchdogTest";

  constructor(name: string, args: Args<typeof watchdogTest>, opts?: pulumi.CustomResourceOptions) {
    super(watchdogTestStub, name, args, opts, "fencing", "WatchdogTest");
  }
}

/** A disk on each node, kept equal by DRBD, with a file system on it. */
export class Replication extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "drbd";
  declare readonly device: pulumi.Output<string>;

  constructor(name: string, args: Args<typeof drbd>, opts?: pulumi.CustomResourceOptions) {
    super(drbdStub, name, { device: undefined, ...args }, opts, "drbd", "Replication");
  }
}

/** A PostgreSQL data directory on the replicated disk, with role, database and monitor table. */
export class DataDirectory extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "postgres";

  constructor(name: string, args: Args<typeof postgres>, opts?: pulumi.CustomResourceOptions) {
    super(postgresStub, name, args, opts, "postgres", "DataDirectory");
  }
}

/** Certificates between the nodes and the host of the third vote. */
export class QuorumDevice extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "qdevice";

  constructor(name: string, args: Args<typeof qdevice>, opts?: pulumi.CustomResourceOptions) {
    super(qdeviceStub, name, args, opts, "corosync", "QuorumDevice");
  }
}

/** Corosync's membership, Pacemaker started on it. */
export class Membership extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "corosync";

  constructor(name: string, args: Args<typeof corosync>, opts?: pulumi.CustomResourceOptions) {
    super(corosyncStub, name, args, opts, "corosync", "Membership");
  }
}

/** The cluster's configuration as one document, committed as one patch. */
export class Configuration extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "pacemaker";

  constructor(name: string, args: Args<typeof pacemaker>, opts?: pulumi.CustomResourceOptions) {
    super(pacemakerStub, name, args, opts, "pacemaker", "Configuration");
  }
}

/** Waits until a primitive runs; a failure carries Pacemaker's reason. */
export class Started extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "started";
  /** Where it ran when it was awaited. */
  declare readonly nodes: pulumi.Output<string[]>;

  constructor(name: string, args: Args<typeof started>, opts?: pulumi.CustomResourceOptions) {
    super(startedStub, name, { nodes: undefined, ...args }, opts, "pacemaker", "Started");
  }
}

/** A weekly comparison of both disks, with its result told. */
export class DrbdVerify extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "drbdVerify";

  constructor(name: string, args: Args<typeof drbdVerify>, opts?: pulumi.CustomResourceOptions) {
    super(drbdVerifyStub, name, args, opts, "maintenance", "DrbdVerify");
  }
}

/** Nightly dumps of the database, and the way back. */
export class Backup extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "backup";

  constructor(name: string, args: Args<typeof backup>, opts?: pulumi.CustomResourceOptions) {
    super(
      backupStub,
      name,
      args,
      { additionalSecretOutputs: ["rsyncPrivateKey", "s3AccessKey", "s3SecretKey"], ...opts },
      "maintenance",
      "Backup",
    );
  }
}

/** Nightly copies of the cluster's own configuration. */
export class ConfigurationBackup extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "configurationBackup";

  constructor(name: string, args: Args<typeof configurationBackup>, opts?: pulumi.CustomResourceOptions) {
    super(configurationBackupStub, name, args, opts, "maintenance", "ConfigurationBackup");
  }
}

/** Account, key and repository on the third host that takes the backups for a point in time. */
export class Repository extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "repository";

  constructor(name: string, args: Args<typeof repository>, opts?: pulumi.CustomResourceOptions) {
    const options = { additionalSecretOutputs: ["passphrase"], ...opts };
    super(repositoryStub, name, args, options, "maintenance", "Repository");
  }
}

/** The server's log archived on a third host, backups beside it, and the way back to a point in time. */
export class PointInTime extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "pitr";

  constructor(name: string, args: Args<typeof pitr>, opts?: pulumi.CustomResourceOptions) {
    const options = { additionalSecretOutputs: ["privateKey"], ...opts };
    super(pitrStub, name, args, options, "maintenance", "PointInTime");
  }
}

/** The script that Pacemaker calls for every event. */
export class AlertAgent extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "alertAgent";

  constructor(name: string, args: Args<typeof alertAgent>, opts?: pulumi.CustomResourceOptions) {
    super(alertAgentStub, name, args, opts, "maintenance", "AlertAgent");
  }
}

/** What looks at the cluster all the time, and sends every message. */
export class Watch extends pulumi.dynamic.Resource {
  static readonly kind: KindName = "watch";

  constructor(name: string, args: Args<typeof watch>, opts?: pulumi.CustomResourceOptions) {
    super(
      watchStub,
      name,
      args,
      { additionalSecretOutputs: ["mailPassword", "webhookUrl", "webhookToken"], ...opts },
      "maintenance",
      "Watch",
    );
  }
}

const keyPairStub: pulumi.dynamic.ResourceProvider = {
  create: async (inputs: unknown) => require("@qvd-ha/providers").createKeyPair(inputs),
};

/** An SSH key pair made once and kept in the state; a change of the comment makes a new one. */
export class KeyPair extends pulumi.dynamic.Resource {
  declare readonly publicKey: pulumi.Output<string>;
  declare readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: { comment: string }, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, publicKey: undefined, privateKey: undefined };
    const options = { replaceOnChanges: ["comment"], additionalSecretOutputs: ["privateKey"], ...opts };
    super(keyPairStub, name, props, options, "ssh", "KeyPair");
  }
}
