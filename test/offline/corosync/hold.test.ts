import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hold, release } from "../../../providers/corosync/restart";
import { parseCib, readConfiguration } from "../../../providers/pacemaker/cib";
import { partOf } from "../../../providers/pacemaker/read";
import { formatXml, parseXml } from "../../../providers/pacemaker/xml";
import { same } from "../../../providers/overlay";
import { cibWith } from "../pacemaker/cluster";
import { development } from "../pacemaker/development";
import { withAttributes } from "../pacemaker/given";

// Proves with Pacemaker's own tools, on the file of a healthy cluster, that it is held whatever its operator's own setting says, and let go only when the scheduler would
// then change nothing. The controller's idleness is a stand-in. Not: daemons that come back (test/e2e/drift.test.ts).

let directory: string;
let healthy: string;
const file = (): string => join(directory, "cib.xml");

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "qvd-ha-hold-"));
  mkdirSync(join(directory, "bin"));
  writeFileSync(
    join(directory, "bin/crmadmin"),
    '#!/bin/sh\n[ "$1" = -D ] && echo "dc is: qvddb1" || echo "S_IDLE"\n',
    { mode: 0o755 },
  );
  const cold = join(directory, "cold.xml");
  writeFileSync(cold, formatXml(withAttributes(parseXml(cibWith(partOf(await development()))), {})));
  execFileSync("crm_simulate", ["--simulate", "--quiet", `--xml-file=${cold}`, `--save-output=${file()}`], {
    stdio: "pipe",
  });
  // One element a line, as a running cluster's tools print it.
  healthy = formatXml(parseXml(readFileSync(file(), "utf8")));
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => writeFileSync(file(), healthy));

const env = (): NodeJS.ProcessEnv => ({
  ...process.env,
  CIB_file: file(),
  PATH: `${directory}/bin:${process.env.PATH}`,
});
const run = (script: string) => spawnSync("bash", ["-euo", "pipefail", "-c", script], { encoding: "utf8", env: env() });
const begin = () => run(hold("qvddb1", "why").command.script.text);
const end = (seconds: number) => run(release("qvddb1").command.script.text.replace(/limit=\d+/, `limit=${seconds}`));

/** Whether the scheduler takes the cluster to be held: it would not even start what is stopped. */
const held = (): boolean =>
  /maintenance-mode="true"/.test(run(`crm_mon --one-shot --output-as=xml --xml-file=${file()}`).stdout);
const configuration = () => readConfiguration(parseCib(readFileSync(file(), "utf8")));

test("is held and let go, and is then as before", () => {
  const before = configuration();
  expect(held()).toBe(false);
  expect(begin()).toMatchObject({ status: 0 });
  expect(held()).toBe(true);
  // A second run after an interruption finds it so.
  expect(begin()).toMatchObject({ status: 0 });
  expect(same(configuration(), before)).toBe(true);
  expect(end(20)).toMatchObject({ status: 0, stderr: "" });
  expect(held()).toBe(false);
  expect(readFileSync(file(), "utf8")).not.toContain("qvd-ha-hold");
  expect(same(configuration(), before)).toBe(true);
}, 60_000);

test("an operator's own `false` does not keep it from being held; his `true` outlives it", () => {
  run("crm_attribute -t crm_config -n maintenance-mode -v false");
  expect(begin()).toMatchObject({ status: 0 });
  expect(held()).toBe(true);
  writeFileSync(file(), healthy);
  run("crm_attribute -t crm_config -n maintenance-mode -v true");
  expect(begin()).toMatchObject({ status: 0 });
  expect(end(20)).toMatchObject({ status: 0 });
  expect(held()).toBe(true);
}, 60_000);

test("is not let go while something would be stopped: the ping attribute has not come back", () => {
  expect(begin()).toMatchObject({ status: 0 });
  const text = readFileSync(file(), "utf8");
  writeFileSync(file(), text.replace(/^.*<nvpair [^>]*name="pingd".*\n/gm, ""));
  const done = end(3);
  expect(done.status).toBe(1);
  expect(done.stderr).toMatch(/maintenance mode stays on: without it, Pacemaker would do this: .*p_postgres/s);
  expect(held()).toBe(true);
}, 60_000);

test("is let go though something is to be started: a fence device stopped with the daemons, and nothing else starts it", () => {
  expect(begin()).toMatchObject({ status: 0 });
  const text = readFileSync(file(), "utf8");
  const without = text.replace(/^ *<lrm_resource id="p_fence_qvddb1"[\s\S]*?<\/lrm_resource>\n/gm, "");
  expect(without).not.toBe(text);
  writeFileSync(file(), without);
  expect(end(20)).toMatchObject({ status: 0, stderr: "" });
  expect(held()).toBe(false);
}, 60_000);
