import * as pulumi from "@pulumi/pulumi";
import type { SettingsInput } from "../../../components/config";
import valid from "../config/valid.json";
import type { Registered } from "./graph";
import { build } from "./graph";

// Proves what the program asks the engine for where QVD's schema is to be deployed: two commands on the QVD node, in this order, without a secret in either, and the demands among the outputs.
// What the commands do is for test/host/qvdDeploy.

const SECRETS = { sshPrivateKey: pulumi.secret("k"), hypervisorPrivateKey: pulumi.secret("k") };
/** How Pulumi marks a secret on its way to the engine. */
const SECRET = "4dabf18193072939515e22adb298388d";
const PASSWORD = "made-password";

const commands = (made: readonly Registered[]): Registered[] =>
  made.filter((r) => r.type === "command:remote:Command" && /-qvd-/.test(r.name));

test("nothing of QVD's own is there by default", async () => {
  const { registered, database } = await build(valid as SettingsInput, SECRETS);
  expect(commands(registered)).toEqual([]);
  expect(registered.filter((r) => r.type === "qvd:qvd:Schema")).toEqual([]);
  expect(database.qvdDemands).toBeUndefined();
}, 60_000);

test("node.conf, then the schema, on the QVD node, with its password on standard input alone", async () => {
  const qvd = {
    connection: { host: "172.20.64.20", hostKey: "ssh-ed25519 AAAA" },
    nodeName: "qvdnode1",
    schemaVersion: "4.2.0",
    nodes: 4,
    logins: 30,
  };
  const { registered, database } = await build(
    { ...(valid as SettingsInput), qvd },
    { ...SECRETS, qvdPrivateKey: pulumi.secret("given-qvd-key") },
  );
  const [conf, deployment, ...more] = commands(registered);
  expect(more).toEqual([]);
  expect([conf?.name, deployment?.name]).toEqual(["qvddb-qvd-node-conf", "qvddb-qvd-deployment"]);
  for (const command of [conf, deployment]) {
    const { connection, create, stdin } = command?.inputs as Record<string, Record<string, unknown>>;
    expect(connection).toHaveProperty([SECRET]);
    expect(connection?.value).toMatchObject({ host: "172.20.64.20", hostKey: "ssh-ed25519 AAAA" });
    expect(stdin).toHaveProperty([SECRET]);
    expect(JSON.stringify(stdin)).toContain(PASSWORD);
    expect(JSON.stringify({ ...command?.inputs, stdin: "", triggers: "" })).not.toContain(PASSWORD);
    expect(String(create)).not.toMatch(/--force/);
  }
  expect(JSON.stringify(conf?.inputs.stdin)).toContain("nodename = qvdnode1");
  expect(JSON.stringify(conf?.inputs.stdin)).toContain("172.20.64.90");
  expect(String(deployment?.inputs.create)).toContain("4.2.0");
  expect(database.qvdDemands?.join("\n")).toMatch(/below 390 s; \d+ s at most/);
}, 60_000);
