import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { corosync } from "../../../providers/corosync";
import { drbd } from "../../../providers/drbd";
import { drift } from "../../../providers/driver/drift";
import { same } from "../../../providers/overlay";
import { GLOBAL_TEXT, renderResource } from "../../../providers/drbd/render";
import { render } from "../../../providers/corosync/render";
import { rows } from "../../e2e/drift/row";
import { formed, spec as ringSpec } from "../../unit/corosync/samples";
import { blank, paths, spec as diskSpec } from "../../unit/drbd/samples";

// Proves with the real shell, on files, that the drift table's changes of corosync.conf and DRBD's files happen, show at the path that they name, and that the row's own
// check tells a repaired file from a changed one. Not: daemons (test/e2e/drift.test.ts).

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), "qvd-ha-drift-"))));
afterAll(() => rmSync(directory, { recursive: true }));

const CONF = "/etc/corosync/corosync.conf";
const RES = "/etc/drbd.d/postgres.res";
const GLOBAL = "/etc/drbd.d/global_common.conf";
const inPlace = (text: string): string =>
  [CONF, RES, GLOBAL].reduce((t, path) => t.replaceAll(path, join(directory, path.split("/").at(-1) as string)), text);
const bash = (script: string): number =>
  spawnSync("bash", ["-c", `set -e\n${inPlace(script)}`], { encoding: "utf8" }).status ?? 255;
const file = (path: string): string => readFileSync(inPlace(path), "utf8");
const put = (path: string, text: string): void => writeFileSync(inPlace(path), text);

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key], value);

const about = (path: string) =>
  rows
    .filter((r) => r.seen && r.change.includes(path) && !/chmod|cfgtool|systemctl/.test(r.change))
    .map((r) => [r.name, r] as const);

const shows = (row: (typeof rows)[number], before: object, after: object): void => {
  const { path, says } = row.seen as NonNullable<typeof row.seen>;
  expect(same(at(after, path), at(before, path))).toBe(false);
  if (says !== undefined) expect(JSON.stringify(at(after, path))).toContain(says);
};

test.each(about(CONF))("%s", (_name, row) => {
  // As the stack of the table has it.
  const known = ringSpec({ consensus: 6000 });
  put(CONF, render(known));
  expect(bash(row.repaired)).toBe(0);
  expect(bash(row.change)).toBe(0);
  expect(bash(row.repaired)).not.toBe(0);
  const changed = { ...formed(known), conf: file(CONF) };
  const seen = { qvddb1: formed(known), qvddb2: formed(known), [row.node]: changed };
  shows(row, known, { ...corosync.live(known, seen), ...drift(corosync, known, seen) });
  // Nobody has read it: it is put back, and no daemon is started again.
  const plan = corosync.plan(known, seen).stages.flat();
  expect(plan.map((s) => s.reason).join()).not.toMatch(/start corosync again|maintenance/);
});

test.each([...about(RES), ...about(GLOBAL)])("%s", (_name, row) => {
  const known = diskSpec({ fencePeerTimeoutSeconds: 105 });
  put(RES, renderResource(known, "8.4", paths));
  put(GLOBAL, GLOBAL_TEXT);
  expect(bash(row.repaired)).toBe(0);
  expect(bash(row.change)).toBe(0);
  expect(bash(row.repaired)).not.toBe(0);
  const node = (n: string) => ({
    ...blank(n),
    software: { ...blank(n).software, loaded: true },
    disks: {
      ...blank(n).disks,
      found: blank(n).disks.found.map(({ zeros: _zeros, ...d }) => ({
        ...d,
        signatures: [
          { type: "drbd", offset: 2147479612 },
          { type: "xfs", offset: 0 },
        ],
        metadata: { format: "attached" as const, currentUuid: "A1B2C3D4E5F60718" },
      })),
    },
    files: { global: GLOBAL_TEXT, resource: renderResource(known, "8.4", paths) },
    device: true,
  });
  const good = { qvddb1: node("qvddb1"), qvddb2: node("qvddb2") };
  expect(same(drbd.live(known, good), known)).toBe(true);
  const seen = { ...good, [row.node]: { ...node(row.node), files: { global: file(GLOBAL), resource: file(RES) } } };
  shows(row, known, { ...drbd.live(known, seen), ...drift(drbd, known, seen) });
});
