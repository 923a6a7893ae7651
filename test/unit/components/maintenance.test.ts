import * as pulumi from "@pulumi/pulumi";
import type { OsName } from "@qvd-ha/providers/dist/os";
import type { SettingsInput } from "../../../components/config";
import { maintenanceSchema } from "../../../components/config/maintenance";
import { maintenancePackages } from "../../../components/maintenance";
import valid from "../config/valid.json";
import type { Registered } from "./graph";
import { register } from "./graph";

// Proves which parts the program asks the engine for, with what, and that nothing is asked for by default. Nothing is deployed.

const of = (made: readonly Registered[], type: string): Registered[] =>
  made.filter((r) => r.type === `pulumi-nodejs:dynamic/maintenance:${type}`);

const ALL = {
  verify: { enabled: true, repair: true },
  backup: {
    enabled: true,
    rsync: { target: "backup@vault:/srv/qvd", hostKey: "ssh-ed25519 AAAA" },
    s3: { bucket: "qvd" },
  },
  pitr: {
    enabled: true,
    repository: { connection: { host: "10.0.0.9", user: "root", port: 22, hostKey: "ssh-ed25519 AAAA" } },
  },
  configuration: { enabled: true },
  alerts: {
    enabled: true,
    webhook: true,
    mail: { to: ["dba@example.org"], from: "c@example.org", server: "m.example.org", user: "c" },
  },
};
const SECRETS = [
  "repositoryPrivateKey",
  "repositoryPassphrase",
  "mailPassword",
  "webhookUrl",
  "webhookToken",
  "backupPrivateKey",
  "s3AccessKey",
  "s3SecretKey",
];

test("nothing of it is there by default", async () => {
  const made = await register(valid as SettingsInput, {
    sshPrivateKey: pulumi.secret("k"),
    hypervisorPrivateKey: pulumi.secret("k"),
  });
  expect(made.filter((r) => /aintenance|Alert/.test(r.type))).toEqual([]);
  const [cluster] = made.filter((r) => r.type === "pulumi-nodejs:dynamic/pacemaker:Configuration");
  expect(JSON.stringify(cluster?.inputs.elements)).not.toContain("alert");
}, 60_000);

test("each part, with its secrets as secrets, its packages, and the alert in the cluster's configuration", async () => {
  const secrets = Object.fromEntries(
    [...SECRETS, "sshPrivateKey", "hypervisorPrivateKey"].map((s) => [
      s,
      pulumi.secret(s === "webhookUrl" ? "https://given/url" : `given-${s}`),
    ]),
  );
  const made = await register({ ...(valid as SettingsInput), maintenance: ALL }, secrets);
  expect(of(made, "DrbdVerify")[0]?.inputs).toMatchObject({
    resource: "postgres",
    repair: true,
    schedule: "Sat 03:00",
  });
  expect(of(made, "Backup")[0]?.inputs).toMatchObject({
    host: "qvddb",
    database: "qvddb",
    bin: "/usr/lib/postgresql/15/bin",
  });
  expect(of(made, "ConfigurationBackup")[0]?.inputs).toMatchObject({
    crmsh: true,
    dataDirectory: of(made, "DrbdVerify")[0]?.inputs.dataDirectory as string,
  });
  expect(of(made, "Repository")[0]?.inputs).toMatchObject({
    stanza: "qvd-ha",
    account: "qvdha-qvd-ha",
    directory: "/var/lib/qvd-ha-repository/qvd-ha",
    publicKey: "ssh-ed25519 AAAA",
  });
  expect(of(made, "PointInTime")[0]?.inputs).toMatchObject({
    stanza: "qvd-ha",
    repository: { host: "10.0.0.9", port: 22, directory: "/var/lib/qvd-ha-repository/qvd-ha" },
  });
  const [data] = made.filter((r) => r.type === "pulumi-nodejs:dynamic/postgres:DataDirectory");
  expect(data?.inputs.settings).toMatchObject({
    archive_mode: "on",
    archive_command: "pgbackrest --config=/etc/qvd-ha/pgbackrest.conf --stanza=qvd-ha archive-push %p",
  });
  expect(of(made, "Watch")[0]?.inputs).toMatchObject({
    cluster: "qvd-ha",
    interval: 15,
    primitives: { drbd: "p_drbd_postgres", postgres: "p_postgres", ping: "p_ping" },
    thirdVote: false,
    watchdog: false,
  });
  expect(of(made, "AlertAgent")).toHaveLength(1);
  const [cluster] = made.filter((r) => r.type === "pulumi-nodejs:dynamic/pacemaker:Configuration");
  expect((cluster?.inputs.elements as Record<string, unknown>)["a_qvd_ha"]).toMatchObject({
    path: "/usr/local/lib/qvd-ha/alert",
  });
  for (const node of made.filter((r) => r.type === "pulumi-nodejs:dynamic/node:Preparation"))
    expect(node.inputs.packages).toEqual(
      expect.arrayContaining(["msmtp", "curl", "rsync", "rclone", "pgbackrest", "crmsh"]),
    );
  const SECRET = "4dabf18193072939515e22adb298388d";
  const inputs = { ...of(made, "Backup")[0]?.inputs, ...of(made, "Watch")[0]?.inputs } as Record<string, unknown>;
  expect(of(made, "Repository")[0]?.inputs.passphrase).toHaveProperty([SECRET]);
  expect(of(made, "PointInTime")[0]?.inputs.privateKey).toHaveProperty([SECRET]);
  for (const name of ["rsyncPrivateKey", "s3AccessKey", "s3SecretKey", "mailPassword", "webhookUrl", "webhookToken"])
    expect(inputs[name]).toHaveProperty([SECRET]);
}, 60_000);

test("crmsh comes where it is wanted and the distribution has it", () => {
  const packages = (os: OsName, configuration: object): string[] =>
    maintenancePackages({ os, maintenance: maintenanceSchema.parse({ configuration }) });
  expect(packages("debian13", { enabled: true })).toEqual(["crmsh"]);
  expect(packages("debian13", { enabled: true, crmsh: false })).toEqual([]);
  expect(packages("debian13", {})).toEqual([]);
  expect(packages("rhel9", { enabled: true })).toEqual([]);
});
