import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { drift } from "../../../providers/driver/drift";
import type { Facts } from "../../../providers/fact";
import { fenceClient } from "../../../providers/fencing";
import type { AnyKind } from "../../../providers/kind";
import { node } from "../../../providers/node";
import { writePgpass } from "../../../providers/node/pgpass";
import { chronyFile, hostsFile, renderRepository } from "../../../providers/node/render";
import { same } from "../../../providers/overlay";
import type { Command } from "../../../providers/remote";
import { reveal } from "../../../providers/remote";
import { steps } from "../../../providers/step";
import { rows } from "../../e2e/drift/row";
import { seen as seenOf, spec } from "../../unit/node/samples";

// Proves with the real shell, on files in a directory, that the drift table's changes of a node's files happen, show at the path that they name without a secret, and are
// undone by our own steps. Packages, units, the clock and the time zone are proved on machines alone (test/e2e/drift.test.ts).

let root: string;
beforeAll(() => (root = mkdtempSync(join(tmpdir(), "qvd-ha-drift-"))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const PATHS = ["/etc/hosts", "/etc/chrony/conf.d/qvd-ha.conf", "/etc/apt/sources.list.d/qvd-ha.list", "/root/.pgpass"];
const FENCE = ["/etc/ssh/ssh_config.d/qvd-ha-fence.conf", "/etc/qvd-ha/fence_known_hosts", "/etc/qvd-ha/fence_ed25519"];
const inRoot = (text: string): string => [...PATHS, ...FENCE].reduce((t, p) => t.replaceAll(p, root + p), text);
const put = (path: string, text: string): void => {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, text);
};
const run = (script: string, input = "") =>
  spawnSync("bash", ["-euo", "pipefail", "-c", inRoot(script)], { input, encoding: "utf8" });
const runCommand = (c: Command) => run(c.script.text, reveal(c.stdin ?? ""));

/** What the kind's own facts say of the directory, where they ask for files. */
const read = (kind: AnyKind, wanted: object, names: readonly string[]): Record<string, unknown> => {
  const facts = kind.facts(wanted, "") as Facts;
  return Object.fromEntries(
    names.map((n) => [n, facts[n]!.parse({ code: 0, stdout: runCommand(facts[n]!.command).stdout, stderr: "" })]),
  );
};

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key], value);

function check(row: (typeof rows)[number], known: object, look: () => object, repair: () => void): void {
  const { path = "", says } = row.seen ?? {};
  expect(at(look(), path) === undefined || same(at(look(), path), at(known, path))).toBe(true);
  expect(run(`set -e\n${row.change}`)).toMatchObject({ status: 0 });
  const shown = look();
  expect(same(at(shown, path), at(known, path))).toBe(false);
  if (says !== undefined) expect(JSON.stringify(at(shown, path))).toContain(says);
  if (row.secret) expect(JSON.stringify(shown)).not.toContain(row.secret);
  repair();
  expect(same(look(), known)).toBe(true);
}

const about = (resource: RegExp, paths: readonly string[]) =>
  rows
    .filter((r) => resource.test(r.seen?.resource ?? "") && paths.some((p) => r.change.includes(p)))
    .map((r) => [r.name, r] as const);

test.each(about(/-prepared$/, PATHS))("%s", (_name, row) => {
  // The table's second machine is looked at as the first: what is in these files is the same.
  const wanted = spec({
    hosts: [
      { address: "172.20.64.90", names: ["qvddb"] },
      { address: "192.168.0.92", names: ["qvddb2cx"] },
    ],
    repository: { lines: ["deb [trusted=yes] http://172.20.64.1:3142/ ./"] },
  });
  const own = { ...row, seen: { ...row.seen!, path: row.seen!.path.replace("qvddb2", "qvddb1") } };
  put("/etc/hosts", hostsFile("127.0.0.1 localhost\n", wanted));
  put("/etc/chrony/conf.d/qvd-ha.conf", chronyFile(wanted.time.servers));
  put("/etc/apt/sources.list.d/qvd-ha.list", renderRepository(wanted.repository!));
  rmSync(`${root}/root/.pgpass`, { force: true });
  mkdirSync(`${root}/root`, { recursive: true });
  runCommand(writePgpass(wanted));

  const see = () => {
    const base = seenOf(wanted);
    const files = Object.fromEntries(
      PATHS.filter((p) => existsSync(root + p) && p !== "/root/.pgpass").map((p) => [
        p,
        readFileSync(root + p, "utf8"),
      ]),
    );
    return {
      qvddb1: {
        ...base,
        files: { ...base.files, ...files },
        ...read(node, wanted, ["pgpass", "pgpassFields"]),
      } as never,
    };
  };
  const look = () => ({ ...node.live(wanted, see()), ...drift(node, wanted, see()) });
  const repair = () =>
    steps(node.plan(wanted, see()))
      .filter((s) => !/systemctl|chronyc/.test(s.command.script.text))
      .forEach((s) => expect(runCommand(s.command)).toMatchObject({ status: 0 }));
  check(own, wanted, look, repair);
});

test.each(about(/fencing-client$/, FENCE))("%s", (_name, row) => {
  const connection = { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };
  const wanted = fenceClient.schema.parse({
    connections: { qvddb1: connection, qvddb2: connection },
    hypervisors: [{ name: "aries", address: "172.20.64.1", hostKey: `ssh-ed25519 AAAA${"b".repeat(64)}` }],
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${"k".repeat(64)}\n-----END OPENSSH PRIVATE KEY-----\n`,
  });
  const other = { key: "absent", config: undefined, knownHosts: undefined };
  for (const s of steps(fenceClient.plan(wanted, { [row.node]: other } as never))) runCommand(s.command);
  chmodSync(root + FENCE[2], 0o600);
  const see = () => {
    const here = read(fenceClient, wanted, ["key", "config", "knownHosts"]);
    const there = { ...here, key: "same" };
    return { qvddb1: there, qvddb2: there, [row.node]: here } as never;
  };
  // The other node is as wanted; its files are those of this one before the change.
  const good = see() as Record<string, object>;
  const peer = row.node === "qvddb1" ? "qvddb2" : "qvddb1";
  const now = () => ({ ...(see() as Record<string, object>), [peer]: good[peer] }) as never;
  const look = () => ({ ...fenceClient.live(wanted, now()), ...drift(fenceClient, wanted, now()) });
  const repair = () =>
    steps(fenceClient.plan(wanted, now())).forEach((s) => expect(runCommand(s.command)).toMatchObject({ status: 0 }));
  check(row, wanted, look, repair);
});
