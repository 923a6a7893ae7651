import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { watchdog, watchdogTest } from "../../../providers/fencing";
import { parseConfig, parseModules, renderConfig, renderModules } from "../../../providers/fencing/watchdog/render";
import type { Guard } from "../../../providers/fencing/watchdog/read";
import { steps } from "../../../providers/step";

// Proves the plans and files of diskless SBD. Not that a watchdog resets a machine.

const connection = { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };
const connections = { qvddb1: connection, qvddb2: connection };
const spec = watchdog.schema.parse({ connections, config: "/etc/default/sbd", module: "softdog", timeoutSeconds: 15 });

const bare: Guard = { installed: true, device: false, enabled: false, active: false, cluster: false };
const set: Guard = {
  ...bare,
  device: true,
  enabled: true,
  config: renderConfig(spec),
  modules: renderModules("softdog"),
};
const both = (guard: Guard, other = guard): Record<string, { guard: Guard }> => ({
  qvddb1: { guard },
  qvddb2: { guard: other },
});
const due = (seen: ReturnType<typeof both>, wanted = spec): string[] =>
  steps(watchdog.plan(wanted, seen)).map((s) => `${s.node}: ${s.reason}`);

test("what is rendered is read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 300 }), fc.stringMatching(/^[a-z0-9]{1,8}$/), (timeoutSeconds, name) => {
      const own = { device: `/dev/${name}`, timeoutSeconds };
      expect(parseConfig(renderConfig(own))).toEqual(own);
      expect(parseModules(renderModules(name))).toBe(name);
    }),
  );
  expect(parseConfig("# SBD_WATCHDOG_TIMEOUT=7\n")).toEqual({});
});

test("it is set up before Corosync runs, and then nothing is left to do", () => {
  expect(due(both(bare, set))).toEqual([
    "qvddb1: load the watchdog's module softdog, and at boot",
    "qvddb1: write /etc/default/sbd",
    "qvddb1: start sbd with Corosync",
  ]);
  expect(due(both(set))).toEqual([]);
  expect(due(both({ ...set, active: true, cluster: true }))).toEqual([]);
});

test("the steps do it: files whole in their places, the module loaded, sbd enabled", () => {
  const root = mkdtempSync(join(tmpdir(), "watchdog-"));
  mkdirSync(join(root, "etc/modules-load.d"), { recursive: true });
  mkdirSync(join(root, "etc/default"));
  const standIns = 'modprobe() { echo "modprobe $*"; }\nsystemctl() { echo "systemctl $*"; }';
  const said = steps(watchdog.plan(spec, both(bare, set))).map(({ command }) => {
    const script = `set -euo pipefail\n${standIns}\n${command.script.text.replaceAll("/etc/", `${root}/etc/`)}`;
    const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
      input: command.stdin as string | undefined,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  });
  expect(said).toEqual([
    { status: 0, stdout: "modprobe softdog\n", stderr: "" },
    { status: 0, stdout: "", stderr: "" },
    { status: 0, stdout: "systemctl daemon-reload\nsystemctl enable --quiet sbd\n", stderr: "" },
  ]);
  expect(readFileSync(join(root, "etc/modules-load.d/qvd-ha-watchdog.conf"), "utf8")).toBe(renderModules("softdog"));
  expect(readFileSync(join(root, "etc/default/sbd"), "utf8")).toBe(renderConfig(spec));
  rmSync(root, { recursive: true });
});

test("a running cluster's is not changed: it is refused by name, with what to stop", () => {
  const running = { ...set, active: true, cluster: true };
  const longer = { ...spec, timeoutSeconds: 20 };
  expect(() => due(both(running), longer)).toThrow(/qvddb1 runs Corosync.*qvddb2 runs Corosync.*Nothing was touched/s);
});

test("a node without the package, or without any watchdog, is refused by name", () => {
  const { module: _module, ...own } = spec;
  expect(() => due(both(bare, { ...bare, installed: false }), own)).toThrow(
    /qvddb1 has no \/dev\/watchdog.*qvddb2 lacks sbd/s,
  );
});

test("a refresh shows another time-out, and none where sbd does not start", () => {
  const other = { ...set, config: set.config?.replace("TIMEOUT=15", "TIMEOUT=5") as string };
  expect(watchdog.live(spec, both(set, other))).toMatchObject({ timeoutSeconds: 5 });
  expect(watchdog.live(spec, both(set))).toEqual(spec);
  expect(watchdog.live(spec, both(bare))).toBeUndefined();
});

test("the test waits on the node that lacks something, and is satisfied by nodes that lack nothing", () => {
  const test = watchdogTest.schema.parse({ connections, timeoutSeconds: 15 });
  const seen = (...lacks: string[][]): Record<string, { missing: string[] }> =>
    Object.fromEntries(["qvddb1", "qvddb2"].map((n, i) => [n, { missing: lacks[i] ?? [] }]));
  expect(steps(watchdogTest.plan(test, seen([], ["sbd does not run"]))).map((s) => s.node)).toEqual(["qvddb2"]);
  expect(steps(watchdogTest.plan(test, seen()))).toEqual([]);
});
