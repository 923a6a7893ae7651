import { spawnSync } from "node:child_process";
import { corosync } from "../../../providers/corosync";
import { drbd } from "../../../providers/drbd";
import * as steps from "../../../providers/drbd/steps";
import { nothing, steps as stepsOf } from "../../../providers/step";
import * as ring from "../corosync/samples";
import { blank, spec } from "./samples";

/** Proves that bash can read every script, and that no quoting of ours swallowed an expansion; not what the scripts do. */
const s = spec();
const c = ring.spec();
const scripts: [string, string][] = [
  ...Object.entries(drbd.facts(s, "qvddb1")).map(([n, f]): [string, string] => [`fact ${n}`, f.command.script.text]),
  ...Object.entries(corosync.facts(c, "qvddb1")).map(([n, f]): [string, string] => [
    `ring fact ${n}`,
    f.command.script.text,
  ]),
  ...[
    drbd.plan(s, { qvddb1: blank("qvddb1"), qvddb2: blank("qvddb2") }),
    corosync.plan(c, { qvddb1: ring.bare(), qvddb2: ring.bare() }),
    corosync.plan(ring.spec({ port: 5500 }), { qvddb1: ring.serving(c), qvddb2: ring.serving(c) }),
    corosync.plan(ring.spec({ clusterName: "other" }), { qvddb1: ring.serving(c), qvddb2: ring.serving(c) }),
    corosync.remove(c, { qvddb1: ring.formed(c), qvddb2: ring.formed(c) }),
    {
      ...nothing(""),
      stages: [[steps.firstCopy(s, "qvddb1", true, false), steps.wipe("qvddb1", "x", "/dev/x", "why")]],
    },
  ]
    .flatMap(stepsOf)
    .map((x): [string, string] => [x.reason, x.command.script.text]),
];

it.each(scripts)("bash reads: %s", (_, text) => {
  expect(spawnSync("bash", ["-n"], { input: text, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  // The mark of a shell variable that went through the quoting of values, or of a backslash that should not be there.
  expect(text).not.toMatch(/'\$\{|\\\$\{/);
});
