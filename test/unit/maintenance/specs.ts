import { schema as backup } from "../../../providers/maintenance/backup/spec";
import { schema as configuration } from "../../../providers/maintenance/configuration/spec";
import { schema as pitr } from "../../../providers/maintenance/pitr/spec";
import { schema as repository } from "../../../providers/maintenance/repository/spec";
import { schema as verify } from "../../../providers/maintenance/verify/spec";
import { schema as watch } from "../../../providers/maintenance/watch/spec";
import { createKeyPair } from "../../../providers/ssh/keyPair";

const key = { host: "172.20.64.91", port: 22, user: "root", hostKey: "ssh-ed25519 AAAA", privateKey: "k" };
export const connections = { qvddb1: key, qvddb2: { ...key, host: "172.20.64.92" } };

const dataDirectory = "/var/lib/pgsql/data";
const common = { connections, resource: "postgres" };
const server = {
  ...common,
  dataDirectory,
  host: "qvddb",
  database: "qvddb",
  user: "qvd",
  bin: "/usr/lib/postgresql/15/bin",
};
const third = { stanza: "qvd-ha", account: "qvdha-qvd-ha" };

/** Each part of the maintenance with everything that it can have. */
export const specs = {
  verify: verify.parse({ ...common, dataDirectory, repair: true }),
  backup: backup.parse({
    ...server,
    rsync: { target: "backup@vault:/srv/qvd", hostKey: "ssh-ed25519 AAAA" },
    rsyncPrivateKey: createKeyPair({ comment: "rsync" }).outs.privateKey,
    s3: { bucket: "qvd/nightly", endpoint: "https://s3.example.org" },
    s3AccessKey: "access-key",
    s3SecretKey: "secret-key",
  }),
  pitr: pitr.parse({
    ...server,
    ...third,
    repository: { host: "10.0.0.9", hostKey: "ssh-ed25519 AAAA", directory: "/srv/qvd-ha" },
    privateKey: "private-archive-key",
  }),
  repository: repository.parse({
    connections,
    ...third,
    directory: "/srv/qvd-ha",
    publicKey: "ssh-ed25519 AAAA",
    passphrase: "a-hidden-passphrase",
    server: { directory: dataDirectory, socketDirectory: "/var/run/postgresql" },
  }),
  configuration: configuration.parse({ ...common, dataDirectory, crmsh: true }),
  watch: watch.parse({
    ...common,
    dataDirectory,
    cluster: "qvd-ha",
    mail: { to: ["dba@example.org"], from: "cluster@example.org", server: "mail.example.org", user: "cluster" },
    mailPassword: "mail-password",
    webhook: true,
    webhookUrl: "https://hooks.example.org/hidden-path",
    webhookToken: "hidden-token",
  }),
};
