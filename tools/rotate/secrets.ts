import type { SecretName } from "../../components/config/secrets";

/** How one secret gets a new value. */
export interface Rotation {
  /** As in SECRET=. */
  readonly name: string;
  /** What the stack's configuration calls it; with several, the file has a line for each. */
  readonly keys?: readonly SecretName[];
  /** The resource that makes it where the configuration does not give it. */
  readonly made?: string;
  /** What comes of it meanwhile. */
  readonly meanwhile: string;
  /** What a person does before, where the new value must be known to somebody else, and after. `NAME` and `STACK` are put in. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** Why the program does not do it. `before` is then all of the way. */
  readonly refused?: string;
}

const key = (where: string): Pick<Rotation, "before" | "after"> => ({
  before: ["ssh-keygen -q -t ed25519 -N '' -f new", `put new.pub into authorized_keys ${where}, beside the old one`],
  after: [`take the old key out of authorized_keys ${where}`],
});

const NOBODY = "nothing: the service does not need it while it runs";
const BETWEEN = (whose: string): string =>
  `between ${whose} and the end of the exchange, fencing fails and is tried again: do it in a quiet hour, with both nodes healthy`;

/** Every secret that a stack may have. */
export const ROTATIONS: readonly Rotation[] = [
  {
    name: "database",
    keys: ["databasePassword"],
    made: "qvddb-password",
    meanwhile: "between the server's change and QVD's, QVD cannot log in anew; sessions that are open stay",
    after: ["tell QVD: pulumi stack output password --show-secrets --stack STACK"],
  },
  {
    name: "drbd",
    keys: ["drbdSecret"],
    made: "qvddb-drbd-secret",
    meanwhile: "a connection between the nodes that breaks just then comes back when both have it",
  },
  {
    name: "corosync",
    keys: ["corosyncKey"],
    made: "qvddb-ring-authkey",
    meanwhile: "nothing: the new key is on both nodes before one reload for both",
  },
  {
    name: "fencing",
    keys: ["fencePrivateKey"],
    made: "qvddb-fencing-key",
    meanwhile: "for some seconds, between the hypervisor and the nodes, fencing would fail and be tried again",
  },
  { name: "login", keys: ["sshPrivateKey"], meanwhile: NOBODY },
  {
    name: "pitr",
    made: "qvddb-maintenance-repository-key",
    meanwhile: "between the third host and the nodes a piece of the log is not taken, and is sent again",
  },
  {
    name: "xenapi",
    keys: ["xenapiPassword"],
    meanwhile: BETWEEN("XenServer's change"),
    before: ["change the password of fencing.xenapi.user on XenServer"],
  },
  {
    name: "ipmi",
    keys: ["ipmiPassword"],
    meanwhile: BETWEEN("the boards' change"),
    before: ["change the password of fencing.ipmi.user on both management boards"],
  },
  {
    name: "xvm",
    keys: ["xvmKey"],
    meanwhile: BETWEEN("fence_virtd's restart"),
    before: [
      "head -c 4096 /dev/urandom >fence_xvm.key && base64 -w0 fence_xvm.key >new",
      "put fence_xvm.key to /etc/cluster/fence_xvm.key of every hypervisor, mode 600, and there: systemctl restart fence_virtd",
    ],
    after: ["rm fence_xvm.key"],
  },
  { name: "hypervisor", keys: ["hypervisorPrivateKey"], meanwhile: NOBODY, ...key("of every hypervisor") },
  { name: "arbiter", keys: ["arbiterPrivateKey"], meanwhile: NOBODY, ...key("of the host of the third vote") },
  { name: "qvd", keys: ["qvdPrivateKey"], meanwhile: NOBODY, ...key("of the QVD node") },
  {
    name: "mail",
    keys: ["mailPassword"],
    meanwhile: "mail waits from the mail server's change on, and is sent afterwards",
    before: ["change the password of maintenance.alerts.mail.user at the mail server"],
  },
  {
    name: "webhook",
    keys: ["webhookUrl"],
    meanwhile: "messages wait while the old address takes none, and are posted afterwards",
    before: ["have another address made by whoever takes the alerts"],
  },
  {
    name: "webhook-token",
    keys: ["webhookToken"],
    meanwhile: "messages wait while the old token is refused, and are posted afterwards",
    before: ["have another token made by whoever takes the alerts"],
  },
  {
    name: "backup",
    keys: ["backupPrivateKey"],
    meanwhile: "a dump that is made just then is sent on with the next",
    ...key("of maintenance.backup.rsync.target"),
  },
  {
    name: "s3",
    keys: ["s3AccessKey", "s3SecretKey"],
    meanwhile: "a dump that is made just then is sent on with the next",
    before: ["have a second pair of keys made for the bucket, and write it into the file new: a line for each"],
    after: ["have the old pair deleted"],
  },
  {
    name: "repository",
    keys: ["repositoryPrivateKey"],
    meanwhile: NOBODY,
    ...key("of the administrator on the third host of maintenance.pitr"),
  },
  {
    name: "passphrase",
    keys: ["repositoryPassphrase"],
    meanwhile: "nothing of the service; the points in time from before are read with the old passphrase alone",
    refused:
      "pgBackRest ciphers no backup anew: with another passphrase it could read none of those that are there. A new one begins a repository of its own",
    before: [
      "keep the old passphrase, and on the third host a copy of /etc/qvd-ha/repository-<the old stanza>.pgbackrest, for as long as its backups count",
      "pulumi config set --stack STACK --path maintenance.pitr.stanza <another name>",
      "pulumi config set --stack STACK --secret repositoryPassphrase <new",
      "make up STACK=STACK    # makes the new place, and begins a full backup there",
    ],
  },
  {
    name: "third-vote",
    meanwhile: "while it lasts the third vote is away: the death of a node then stops the service",
    refused:
      "a new certificate alone leaves the old one good for as long as the authority signs; another authority is for every cluster that this host votes for",
    before: [
      "make status STACK=STACK                                        # both nodes healthy",
      "on the third host: systemctl stop corosync-qnetd && mv /etc/corosync/qnetd/nssdb /etc/corosync/qnetd/nssdb.old",
      "make up STACK=STACK ARGS=--refresh                             # another authority, certificates of it on both nodes",
      "make on STACK=STACK NODE=<each node> RUN='systemctl restart corosync-qdevice && sleep 15 && corosync-qdevice-tool -s'    # State: Connected, before the next node",
      "the same, from the third step on, in every other stack with this host; then on it: rm -r /etc/corosync/qnetd/nssdb.old",
    ],
  },
  {
    name: "host-keys",
    meanwhile: NOBODY,
    refused:
      "a host key is the machine's own. One that the program has made (platform libvirt) is given to it at its first boot, and another one would be another machine. On an existing machine, one node after the other",
    before: [
      "make on STACK=STACK NODE=<node> RUN='cd /etc/ssh && ssh-keygen -q -t ed25519 -N \"\" -f new_host_key && cat new_host_key.pub'",
      "pulumi config set --stack STACK --path 'nodes[<0 or 1>].ssh.hostKey' '<what it printed>'",
      "make on STACK=STACK NODE=<node> RUN='cd /etc/ssh && mv new_host_key ssh_host_ed25519_key && mv new_host_key.pub ssh_host_ed25519_key.pub && systemctl reload ssh'    # sshd where it is called so",
      "make up STACK=STACK",
    ],
  },
];
