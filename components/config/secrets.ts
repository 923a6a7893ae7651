import type * as pulumi from "@pulumi/pulumi";

/** Names of the secrets that a stack may bring itself; what it does not bring is generated, or not needed. */
export const SECRETS = [
  /** Password of the database role. Alphabet A-Z a-z 0-9 _ -, as QVD asks. */
  "databasePassword",
  /** DRBD's shared secret, at most 64 characters. */
  "drbdSecret",
  /** Corosync's key, base64 of 128 to 4096 bytes. */
  "corosyncKey",
  /** Private SSH key by which the nodes fence. */
  "fencePrivateKey",
  /** Password of `fencing.xenapi.user`. */
  "xenapiPassword",
  /** Password of `fencing.ipmi.user`, at most 20 characters. */
  "ipmiPassword",
  /** Key of fence_virtd, base64. */
  "xvmKey",
  /** Private SSH key that logs in to existing machines. */
  "sshPrivateKey",
  /** Private SSH key that logs in to the hypervisors to install the fence key. */
  "hypervisorPrivateKey",
  /** Private SSH key that logs in to the host of `quorum.device`. */
  "arbiterPrivateKey",
  /** Private SSH key that logs in to the QVD node of `qvd`. */
  "qvdPrivateKey",
  /** Password of `maintenance.alerts.mail.user`. */
  "mailPassword",
  /** Address of `maintenance.alerts.webhook`, which often has its token within. */
  "webhookUrl",
  /** Sent with it as `Authorization: Bearer`. */
  "webhookToken",
  /** Private SSH key that logs in to the target of `maintenance.backup.rsync`. */
  "backupPrivateKey",
  /** Private SSH key that logs in to the third host of `maintenance.pitr` as its administrator. */
  "repositoryPrivateKey",
  /** Encrypts the backups there, 16 characters at least. Who loses it loses them. */
  "repositoryPassphrase",
  /** Both keys of `maintenance.backup.s3`. */
  "s3AccessKey",
  "s3SecretKey",
] as const;

/** The secret that a kind of fencing needs; libvirt's key is made where it is not given. */
export const FENCE_SECRETS = { xvm: "xvmKey", xenapi: "xenapiPassword", ipmi: "ipmiPassword" } as const;

export type SecretName = (typeof SECRETS)[number];

export type Secrets = { readonly [name in SecretName]?: pulumi.Output<string> };

export const isSecret = (key: string): key is SecretName => (SECRETS as readonly string[]).includes(key);
