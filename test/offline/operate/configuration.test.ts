import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cib } from "../../../providers/pacemaker/cib";
import { parseCib, readConfiguration } from "../../../providers/pacemaker/cib";
import { foretelling, foretold } from "../../../tools/operate/change";
import { putBack, strangers } from "../../../tools/operate/configuration";
import { interruptions, words } from "../../../tools/operate/consent";
import { scratch } from "../pacemaker/tools";
import { healthyCib } from "./support/healthy";

// Proves with Pacemaker's own tools and scheduler, on the stack dev's healthy configuration in a file, that a saved configuration comes back as one patch without the status, that what it
// does is foretold, what belongs to the running cluster stays, and another cluster's is refused. On a real Pacemaker it is done by verbs.test.ts.

jest.setTimeout(180_000);

const s = scratch();
let healthy: string;
const live = join(s.dir, "live.xml");

const cib = (file: string): Cib => parseCib(readFileSync(file, "utf8"));
const env = { ...process.env, CIB_file: live, LC_ALL: "C" };
const by = (script: string, stdin = ""): string => {
  const r = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", script], { env, input: stdin, encoding: "utf8" });
  if (r.status !== 0) throw new Error(`${r.status}: ${r.stderr}`);
  return r.stdout;
};
const back = () => {
  const found = putBack(cib(live), cib(healthy));
  if (!found) throw new Error("nothing to put back");
  return found;
};

beforeAll(async () => {
  healthy = await healthyCib(s);
});
beforeEach(() => writeFileSync(live, readFileSync(healthy)));
afterAll(() => s.remove());

test("what is in force already is nothing to do", () => {
  expect(putBack(cib(live), cib(healthy))).toBeUndefined();
});

test("options, parameters, and what was deleted come back in one patch, and the status is left alone", () => {
  by(`crm_attribute --type crm_config --name cluster-recheck-interval --update 7min
crm_resource --resource p_ping --set-parameter dampen --parameter-value 99s
cibadmin --delete --xpath "//rsc_location[@rsc='ms_drbd_postgres']"`);
  const status = (): string => /<status[^]*<\/status>/.exec(readFileSync(live, "utf8"))?.[0] ?? "";
  const before = status();
  const { change, what } = back();
  expect(what.join("; ")).toMatch(/^add l_drbd_master_on_ping; change p_ping; set options cluster-recheck-interval$/);
  expect(change.stdin).not.toContain("<lrm_resource");
  by(change.script.text, change.stdin as string);
  expect(readConfiguration(cib(live))).toEqual(readConfiguration(cib(healthy)));
  expect(status()).toBe(before);
});

test("what it does to the service is foretold by the scheduler, and needs consent", () => {
  const node = by("crm_resource --resource p_postgres --locate --quiet").trim();
  by(
    `cibadmin --create --scope constraints --xml-text '<rsc_location id="l_away" rsc="g_postgres" node="${node}" score="-INFINITY"/>'`,
  );
  const moved = cib(live);
  writeFileSync(live, readFileSync(healthy));
  const { change } = putBack(cib(live), moved) as NonNullable<ReturnType<typeof putBack>>;
  const command = foretelling(change);
  const r = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", command.script.text], {
    env,
    input: command.stdin as string,
    encoding: "utf8",
  });
  const f = foretold(change, { code: r.status ?? 1, stdout: r.stdout, stderr: r.stderr }, undefined);
  expect(words(interruptions(f.effects, f.configuration))).toBe("moves:g_postgres moves:p_ip_postgres");
  // Foretelling changes nothing.
  expect(putBack(cib(live), cib(healthy))).toBeUndefined();
});

test("a ban of DRBD's, an operator's standby and maintenance mode outlive it", () => {
  by(`cibadmin --create --scope constraints --xml-text '<rsc_location id="drbd-fence-by-handler-postgres-ms_drbd_postgres" rsc="ms_drbd_postgres"><rule id="r" score="-INFINITY" role="Master"><expression id="e" attribute="#uname" operation="ne" value="qvddb1"/></rule></rsc_location>'
crm_attribute --node qvddb2 --name standby --update on
crm_attribute --type crm_config --name maintenance-mode --update true
crm_attribute --type crm_config --name cluster-recheck-interval --update 7min`);
  const { change } = back();
  by(change.script.text, change.stdin as string);
  const now = readFileSync(live, "utf8");
  for (const kept of ["drbd-fence-by-handler-postgres", 'name="standby"', 'name="maintenance-mode"'])
    expect(now).toContain(kept);
});

test("somebody else's change in between ends it, with nothing written", () => {
  by("crm_attribute --type crm_config --name cluster-recheck-interval --update 7min");
  const { change } = back();
  by("crm_attribute --type crm_config --name cluster-recheck-interval --update 8min");
  expect(by(change.script.text, change.stdin as string)).toMatch(/was changed meanwhile: nothing was written/);
  expect(JSON.stringify(readConfiguration(cib(live)).properties)).toContain("480s");
});

test.each([
  ["other nodes", /uname="qvddb2"/g, 'uname="db2"', /of qvddb1 and qvddb2.*|of db2 and qvddb1/],
  ["another name", /(name="cluster-name"[^>]*value=")[^"]*/, "$1other", /cluster other of/],
])("one of a cluster with %s is refused", (_what, from, to, says) => {
  by("crm_attribute --type crm_config --name cluster-name --update qvd-ha");
  const other = parseCib(readFileSync(live, "utf8").replace(from, to));
  expect(strangers(cib(live), other)[0]).toMatch(says);
  expect(strangers(cib(live), cib(live))).toEqual([]);
});
