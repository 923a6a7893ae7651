/**
 * Proves with bash itself that every command of the node and fencing kinds is well-formed, and that those on root's .pgpass do what they say on a real file.
 * What the commands do to packages, units and the clock is proved in the lab. Needs: bash, dash.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fenceAccess, fenceClient, fenceTest, fenceVirsh } from "../../../providers/fencing";
import { renderShell } from "../../../providers/fencing/access/render";
import { node } from "../../../providers/node";
import { renderInstall } from "../../../providers/node/install";
import { pgpassFact, pgpassFieldsFact, writePgpass } from "../../../providers/node/pgpass";
import { OS_NAMES } from "../../../providers/os";
import type { Command } from "../../../providers/remote";
import { reveal } from "../../../providers/remote";
import { steps } from "../../../providers/step";
import { seen, spec } from "../../unit/node/samples";

const connection = { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };
const syntax = (shell: string, text: string): string => spawnSync(shell, ["-n"], { input: text }).stderr.toString();

const WORST = {
  missing: ["chrony"],
  hosts: "127.0.1.1 qvddb1\n",
  without: ["/etc/chrony/conf.d/qvd-ha.conf", "/var/lib/qvd-ha/node.json"],
  pgpass: "absent",
  synchronised: false,
  policyLeft: true,
  identity: { packaged: true, leftovers: true },
  enabled: ["postgresql.service", "drbd.service"],
  active: ["postgresql.service"],
  exists: ["drbd-graceful-shutdown.service"],
  machine: { os: "debian12", title: "", hostName: "qvddb1", timeZone: "Europe/Madrid" },
};

const access = fenceAccess.schema.parse({
  connections: { aries: connection },
  publicKey: "ssh-ed25519 AAAAkey",
  domains: ["qvddb1", "qvddb2"],
});
const client = fenceClient.schema.parse({
  connections: { qvddb1: connection },
  hypervisors: [{ name: "aries", address: "172.20.64.1", hostKey: "ssh-ed25519 AAAAhost" }],
  privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\n",
});
const testOf = (agent: string) =>
  fenceTest.schema.parse({
    connections: { qvddb1: connection },
    agent,
    tests: [
      {
        from: "qvddb1",
        node: "qvddb2",
        device: "p_fence",
        params: fenceVirsh({ node: "qvddb2", domain: "qvddb2", address: "172.20.64.1" }).params,
      },
    ],
  });

const commands: [string, Command][] = [
  ...OS_NAMES.flatMap((os) => {
    const wanted = spec({ os });
    return Object.entries(node.facts(wanted, "qvddb1")).map(([n, f]): [string, Command] => [`${os} ${n}`, f.command]);
  }),
  ...[
    node.plan(spec(), { qvddb1: seen(spec(), WORST) as never }),
    node.remove(spec(), { qvddb1: seen(spec(), { exists: ["drbd-graceful-shutdown.service"] }) as never }),
    fenceAccess.plan(access, { aries: { shell: undefined, lines: { keys: [], retiring: [] } } }),
    fenceAccess.remove(access, { aries: { shell: { mode: "755", text: "" }, lines: { keys: [""], retiring: [] } } }),
    fenceClient.plan(client, { qvddb1: { key: "absent", config: undefined, knownHosts: undefined } }),
    fenceTest.plan(testOf("fence_virsh"), { qvddb1: { passed: [] } }),
    fenceTest.plan(testOf("external/libvirt"), { qvddb1: { passed: [] } }),
  ].flatMap((p) => steps(p).map((s): [string, Command] => [s.reason, s.command])),
  ...Object.entries(fenceAccess.facts(access, "aries")).map(([n, f]): [string, Command] => [n, f.command]),
  ...Object.entries(fenceClient.facts(client, "qvddb1")).map(([n, f]): [string, Command] => [n, f.command]),
];

test.each(commands)("bash understands: %s", (_name, command) => expect(syntax("bash", command.script.text)).toBe(""));

test("bash and dash understand the scripts that are installed", () => {
  for (const manager of ["apt", "dnf", "zypper"] as const)
    expect(syntax("bash", renderInstall(manager, ["a"]))).toBe("");
  expect(syntax("dash", renderShell(access))).toBe("");
});

describe("root's .pgpass", () => {
  const dir = mkdtempSync(join(tmpdir(), "qvd-ha-pgpass-"));
  const file = join(dir, "pgpass");
  afterAll(() => rmSync(dir, { recursive: true }));
  const entry = { host: "qvddb", port: 5432, database: "qvddb", user: "qvd", password: "a:b\\c'$d" };
  const bash = (command: Command): string =>
    execFileSync("bash", ["-euo", "pipefail", "-c", command.script.text.replaceAll("/root/.pgpass", file)], {
      input: reveal(command.stdin ?? ""),
    }).toString();
  const state = (pgpass: typeof entry | undefined): string => {
    const fact = pgpassFact({ pgpass });
    return fact.parse({ code: 0, stdout: bash(fact.command), stderr: "" });
  };

  test("our entry comes, changes and goes; others stay; the mode counts", () => {
    expect(state(entry)).toBe("absent");
    writeFileSync(file, "other:5432:*:me:mine\n", { mode: 0o600 });
    bash(writePgpass({ pgpass: entry }));
    expect(state(entry)).toBe("same");
    expect(state({ ...entry, password: "x" })).toBe("other");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    expect(state(entry)).toBe("other");
    bash(writePgpass({ pgpass: { ...entry, password: "x" } }));
    expect(readFileSync(file, "utf8")).toBe(
      "# BEGIN managed by qvd-ha\nqvddb:5432:qvddb:qvd:x\n# END managed by qvd-ha\nother:5432:*:me:mine\n",
    );
    bash(writePgpass({ pgpass: undefined }));
    expect(readFileSync(file, "utf8")).toBe("other:5432:*:me:mine\n");
  });

  test.each([
    ["qvddb:5432:qvddb:qvd:PASSWORD\n", 0o600, "same"],
    ["# a comment\n*:*:*:qvd:PASSWORD\n", 0o600, "same"],
    ["qvddb1:5432:qvddb:qvd:z\nqvddb:5432:qvddb:qvd:PASSWORD\n", 0o600, "same"],
    ["*:*:*:qvd:z\nqvddb:5432:qvddb:qvd:PASSWORD\n", 0o600, "absent"],
    ["qvddb:5432:qvddb:qvd:z\n", 0o600, "absent"],
    ["qvddb:5432:qvddb:qvd:PASSWORD\n", 0o644, "absent"],
    ["qvddb:5432:qvddb:qvd:PASSWORD", 0o600, "absent"],
  ])("somebody else's %j with mode %o is %s", (text, mode, expected) => {
    rmSync(file, { force: true });
    const plain = { ...entry, password: "plain-Word_1" };
    writeFileSync(file, text.replace("PASSWORD", plain.password), { mode });
    chmodSync(file, mode);
    expect(state(plain)).toBe(expected);
    bash(writePgpass({ pgpass: plain }));
    expect(state(plain)).toBe("same");
  });

  test("what a hand has changed in our entry shows field by field, the password as same or other, and never itself", () => {
    const fact = pgpassFieldsFact({ pgpass: entry });
    const found = (change: Partial<typeof entry>) => {
      rmSync(file, { force: true });
      bash(writePgpass({ pgpass: { ...entry, ...change } }));
      const stdout = bash(fact.command);
      expect(stdout).not.toContain((change.password ?? entry.password).slice(0, 2));
      return fact.parse({ code: 0, stdout, stderr: "" });
    };
    const { password: _none, ...plain } = entry;
    expect(found({})).toEqual({ entry: plain, samePassword: true });
    expect(found({ password: "Zz:\\" })).toEqual({ entry: plain, samePassword: false });
    expect(found({ host: "ho:st" })).toEqual({ entry: { ...plain, host: "ho:st" }, samePassword: true });
    rmSync(file);
    expect(fact.parse({ code: 0, stdout: bash(fact.command), stderr: "" })).toBeUndefined();
    bash(writePgpass({ pgpass: entry }));
  });

  test("a file that was ours alone is gone afterwards", () => {
    rmSync(file);
    bash(writePgpass({ pgpass: entry }));
    bash(writePgpass({ pgpass: undefined }));
    expect(() => statSync(file)).toThrow();
  });
});
