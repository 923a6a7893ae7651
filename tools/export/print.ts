import { dump } from "js-yaml";
import type { SecretName } from "../../components/config/secrets";
import type { Difference } from "./differences";

const PROJECT = "qvd-ha";

/** Content of Pulumi.<stack>.yaml, without secrets. */
export function stackConfig(settings: Readonly<Record<string, unknown>>): string {
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      `${PROJECT}:${key}`,
      // As Pulumi itself writes them: a plain value is text.
      typeof value === "boolean" || typeof value === "number" ? String(value) : value,
    ]),
  );
  return dump({ config }, { lineWidth: 140, noRefs: true });
}

/** A program of its own that asks for the same without a stack's configuration. */
export function program(settings: Readonly<Record<string, unknown>>, secrets: readonly SecretName[]): string {
  const named = secrets.map((s) => `    ${s}: config.requireSecret("${s}"),`);
  const literal = JSON.stringify(settings, null, 2).split("\n").slice(1, -1);
  return [
    'import * as pulumi from "@pulumi/pulumi";',
    'import { QvdDatabase } from "./components/qvdDatabase";',
    "",
    `const config = new pulumi.Config("${PROJECT}");`,
    "",
    'const qvddb = new QvdDatabase("qvddb", {',
    ...literal.map((line, i) => (i === literal.length - 1 ? `${line},` : line)),
    '  "secrets": {',
    ...named,
    "  },",
    "});",
    "",
    "export const connectionString = qvddb.connectionString;",
    "",
  ].join("\n");
}

const FROM: Readonly<Record<SecretName, string>> = {
  databasePassword: "the database role's password",
  drbdSecret: "DRBD's shared secret",
  corosyncKey: "base64 of /etc/corosync/authkey",
  fencePrivateKey: "/etc/qvd-ha/fence_ed25519 of a node",
  xenapiPassword: "the password of fencing.xenapi.user",
  ipmiPassword: "the password of fencing.ipmi.user",
  xvmKey: "base64 of /etc/cluster/fence_xvm.key of the hypervisor",
  sshPrivateKey: "the key that logs in to the nodes",
  hypervisorPrivateKey: "the key that logs in to the hypervisor",
  arbiterPrivateKey: "the key that logs in to the host of the third vote",
  qvdPrivateKey: "the key that logs in to the QVD node",
  mailPassword: "the password for the mail server",
  webhookUrl: "the address that alerts are posted to",
  webhookToken: "the token that goes with them",
  backupPrivateKey: "the key that logs in to where backups are sent",
  repositoryPrivateKey: "the key that logs in to the third host of the backups",
  repositoryPassphrase: "the passphrase of the backups there",
  s3AccessKey: "the bucket's access key",
  s3SecretKey: "the bucket's secret key",
};

/** Commands that put the secrets into a stack; values come from files, and are never shown. */
export function instructions(
  stack: string,
  files: Readonly<Partial<Record<SecretName, string>>>,
  wanted: readonly SecretName[],
): string[] {
  return wanted.map((name) => {
    const file = files[name];
    const set = `pulumi config set --stack ${stack} --secret ${name}`;
    return file === undefined ? `${set} # ${FROM[name]}` : `${set} <${file}`;
  });
}

export const leftLines = (left: readonly Difference[]): string[] =>
  left.flatMap((d) => [`${d.name}:`, ...d.steps.flatMap((s) => s.split("\n").map((line) => `  ${line}`))]);
