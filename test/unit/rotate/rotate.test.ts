import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { SettingsInput } from "../../../components/config";
import { SECRETS } from "../../../components/config/secrets";
import { decide } from "../../../tools/rotate/decide";
import { ROTATIONS } from "../../../tools/rotate/secrets";
import { register } from "../components/graph";
import valid from "../config/valid.json";
import cases from "./decisions.json";

// Proves what becomes of a wish for a new value, and that no secret was forgotten. What the exchange does to a cluster is test/e2e's.

interface Case {
  readonly name: string;
  readonly secret: string;
  readonly given?: readonly string[];
  readonly file?: boolean;
  readonly preview?: boolean;
  readonly does: string;
  readonly of?: string;
  readonly says: readonly string[];
}

const RESOURCES = [
  "urn:pulumi:site::qvd-ha::random:index/randomPassword:RandomPassword::qvddb-password",
  "urn:x::qvddb-drbd-secret",
  "urn:x::qvddb-maintenance-repository-key",
];

test.each((cases as readonly Case[]).map((c) => [c.name, c] as const))("%s", (_name, c) => {
  const { given = [], file = false, preview = false } = c;
  const resources = given.length > 0 ? [] : RESOURCES;
  const decision = decide(c.secret, { stack: "site", resources, given, file, preview });
  expect(decision.does).toBe(c.does);
  const of = decision.does === "make" ? decision.urn : decision.does === "set" ? decision.keys.join() : undefined;
  expect(of).toBe(c.of);
  for (const words of c.says) expect(decision.says.join("\n")).toContain(words);
});

test("every secret of a stack has a way to a new value, once", () => {
  const keys = ROTATIONS.flatMap((r) => r.keys ?? []);
  expect([...keys].sort()).toEqual([...SECRETS].sort());
  expect(new Set(ROTATIONS.map((r) => r.name)).size).toBe(ROTATIONS.length);
});

test("what is made anew is a resource of the program, and makes a secret", async () => {
  const key = pulumi.secret("k");
  const made = await register(
    {
      ...(valid as SettingsInput),
      maintenance: {
        pitr: { enabled: true, repository: { connection: { host: "10.0.0.9", hostKey: "ssh-ed25519 AAAA" } } },
      },
    },
    { sshPrivateKey: key, repositoryPrivateKey: key, repositoryPassphrase: pulumi.secret("sixteen-and-more") },
  );
  const makers = made.filter((r) => /RandomPassword$|ssh:KeyPair$/.test(r.type)).map((r) => r.name);
  expect(ROTATIONS.flatMap((r) => r.made ?? []).sort()).toEqual(makers.sort());
}, 60_000);

test("every way stands in docs/operations.md", () => {
  const text = readFileSync(join(__dirname, "..", "..", "..", "docs", "operations.md"), "utf8");
  const rows = [...text.matchAll(/^\| `([a-z0-9-]+)` +\| (.*?) *\|/gm)].map((m) => [m[1], m[2]]);
  for (const { name, keys } of ROTATIONS)
    expect(rows).toContainEqual([name, keys ? keys.map((k) => `\`${k}\``).join(", ") : expect.stringMatching(/^none/)]);
});
