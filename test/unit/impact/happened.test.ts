import { readFileSync } from "node:fs";
import { join } from "node:path";
import { announced, happened } from "../../e2e/impact/happened";
import { overlaid } from "../../e2e/impact/overlay";
import { faults, row } from "../../e2e/impact/table";
import type { Outcome } from "../../e2e/impact/table";

// Proves that the impact table can fail: how it reads Pacemaker's log (Debian 12's, recorded) and a preview's lines, and what it calls a fault.

const line = (op: string, rsc: string, node: string): string =>
  `Nov 22 08:23:25.687 qvddb1 pacemaker-controld  [1510] (execute_rsc_action) \tnotice: Initiating ${op} operation ${rsc}_${op}_0 ${node === "qvddb1" ? "locally on" : "on"} ${node} | action 8`;
const log = (...ops: string[]): string =>
  ops.map((o) => line(...(o.split(" ") as [string, string, string]))).join("\n");

test("a first start, as recorded: monitors and notifications aside, each action once", () => {
  const recorded = readFileSync(join(__dirname, "recorded", "first-start"), "utf8");
  expect(happened(recorded)).toEqual([
    "promote p_drbd_postgres on qvddb1",
    "start p_fence_qvddb1 on qvddb2",
    "start p_fence_qvddb2 on qvddb1",
    "start p_fs_postgres on qvddb1",
    "start p_ip_postgres on qvddb1",
    "start p_ping on qvddb1",
    "start p_ping on qvddb2",
    "start p_postgres on qvddb1",
  ]);
});

test.each<[string, string[], string[]]>([
  ["stopped and started in place", ["stop p_a qvddb1", "start p_a qvddb1"], ["restart p_a on qvddb1"]],
  [
    "twice is more than once",
    ["stop p_a qvddb1", "start p_a qvddb1", "stop p_a qvddb1", "start p_a qvddb1"],
    ["restart p_a on qvddb1 (2 times)"],
  ],
  ["gone here and come there", ["stop p_a qvddb1", "start p_a qvddb2"], ["move p_a from qvddb1 to qvddb2"]],
  [
    "of a clone, both in place",
    ["stop p_a:0 qvddb1", "stop p_a:1 qvddb2", "start p_a qvddb1", "start p_a:1 qvddb2"],
    ["restart p_a on qvddb1", "restart p_a on qvddb2"],
  ],
  ["roles exchanged", ["demote p_d qvddb1", "promote p_d qvddb2"], ["demote p_d on qvddb1", "promote p_d on qvddb2"]],
  ["only stopped", ["stop p_a qvddb1"], ["stop p_a on qvddb1"]],
])("%s", (_name, ops, actions) => expect(happened(log(...ops))).toEqual(actions));

test("a fenced node", () =>
  expect(happened("notice: Requesting fencing (reboot) targeting node qvddb2 | action=1")).toEqual(["Fence qvddb2"]));

test("what a preview says, without its reasons", () => {
  const output = `  pacemaker qvddb1+qvddb2:
      qvddb1: commit the configuration as one patch: change p_ip_postgres (restarts p_ip_postgres)
        Pacemaker: restart p_ip_postgres on qvddb1: resource definition change
        Pacemaker: Fence (reboot) qvddb2: peer is gone
        Pacemaker: nothing to do`;
  expect(announced(output)).toEqual(["Fence qvddb2", "restart p_ip_postgres on qvddb1"]);
});

test("what was done and not said is a fault, and so is what was said and not done", () => {
  const good: Outcome = {
    n: 1,
    name: "x",
    announced: ["restart p_a on qvddb1"],
    happened: ["restart p_a on qvddb1"],
    consent: ["restarts:p_a"],
    wanted: ["restarts:p_a"],
    refusal: true,
    seconds: 1,
  };
  expect(faults(good)).toEqual([]);
  expect(row(good)).toMatch(/^ok/);
  expect(faults({ ...good, happened: [] })).toEqual(["announced and not done: restart p_a on qvddb1"]);
  expect(faults({ ...good, announced: [] })).toEqual(["not announced: restart p_a on qvddb1"]);
  expect(faults({ ...good, consent: [] })).toHaveLength(1);
  expect(faults({ ...good, refusal: false })).toHaveLength(1);
  expect(row({ ...good, error: "x" })).toMatch(/^BAD/);
});

test("an overlay replaces values by path and leaves the original alone", () => {
  const props = { elements: { p_a: { params: { x: "1" } } }, other: [1] };
  const changed = overlaid(props, { "elements/p_a/params/x": "2", "elements/p_b": { kind: "y" }, other: null });
  expect(changed).toEqual({ elements: { p_a: { params: { x: "2" } }, p_b: { kind: "y" } } });
  expect(props.elements.p_a.params.x).toBe("1");
  expect(() => overlaid(props, { "elements/p_z/params/x": "2" })).toThrow("p_z");
});
