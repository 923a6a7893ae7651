import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sh } from "@qvd-ha/providers/dist/remote";
import type { Change } from "../../../tools/operate/change";
import { foretelling, foretold } from "../../../tools/operate/change";
import { interruptions, words } from "../../../tools/operate/consent";
import { intoStandby, outOfStandby } from "../../../tools/operate/standby";
import { move } from "../../../tools/operate/switchOver";
import { scratch, tool } from "../pacemaker/tools";
import { healthyCib } from "./support/healthy";

// Proves with Pacemaker's own tools and scheduler what each verb foretells on the stack dev's healthy configuration, and which consent that needs. The status is played by crm_simulate;
// what agents then do is not in it.

jest.setTimeout(120_000);

const s = scratch();
let healthy: string;

beforeAll(async () => {
  healthy = await healthyCib(s);
});
afterAll(() => s.remove());

function foretell(c: Change, before: readonly Change[] = []) {
  const start = join(s.dir, "start.xml");
  writeFileSync(start, spawnSync("cat", [healthy]).stdout);
  for (const b of before) {
    const r = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", b.script.text], {
      env: { ...process.env, CIB_file: start },
      encoding: "utf8",
    });
    expect(r.status).toBe(0);
    tool("crm_simulate", ["-S", "-x", start, "-O", start]);
  }
  const r = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", foretelling(c).script.text], {
    env: { ...process.env, CIB_file: start, LC_ALL: "C" },
    encoding: "utf8",
  });
  const f = foretold(c, { code: r.status ?? 1, stdout: r.stdout, stderr: r.stderr }, undefined);
  return { said: f.words, consent: words(interruptions(f.effects, f.configuration)) };
}

const stop: Change = {
  says: "stop",
  script: sh`crm_resource --resource p_postgres --meta --set-parameter target-role --parameter-value Stopped`,
};
const start: Change = {
  says: "start",
  script: sh`crm_resource --resource p_postgres --meta --delete-parameter target-role`,
};
const clear: Change = { says: "clear", script: sh`crm_resource --resource g_postgres --clear` };
const on: Change = { says: "on", script: sh`crm_attribute --name maintenance-mode --update true` };
const off: Change = { says: "off", script: sh`crm_attribute --name maintenance-mode --delete` };

test.each([
  ["a switch-over moves the group", move("g_postgres", "qvddb2"), [], "moves:g_postgres moves:p_ip_postgres"],
  ["taking its preference back moves nothing", clear, [move("g_postgres", "qvddb2")], ""],
  ["standby of the active node moves the group", intoStandby("qvddb1"), [], "moves:g_postgres moves:p_ip_postgres"],
  ["standby of the passive node interrupts nobody", intoStandby("qvddb2"), [], ""],
  ["its return interrupts nobody", outOfStandby("qvddb2"), [intoStandby("qvddb2")], ""],
  [
    "standby of the last node stops the group",
    intoStandby("qvddb1"),
    [intoStandby("qvddb2")],
    "stops:g_postgres stops:p_ip_postgres",
  ],
  ["stopping the server stops it", stop, [], "stops:p_postgres"],
  ["starting it interrupts nobody", start, [stop], ""],
  ["maintenance mode interrupts nobody", on, [], ""],
  ["nor does its end", off, [on], ""],
] as const)("%s", (_name, change, before, consent) => expect(foretell(change, before).consent).toBe(consent));

test("Pacemaker's own words are told", () => {
  expect(foretell(move("g_postgres", "qvddb2")).said).toContain("Pacemaker: move p_postgres from qvddb1 to qvddb2");
  expect(foretell(stop).said.join("\n")).toMatch(/Pacemaker: stop p_postgres on qvddb1/);
});

test("what cannot be simulated is an error, never silence", () => {
  const wrong: Change = { says: "nonsense", script: sh`crm_resource --resource no_such --clear; false` };
  expect(() => foretell(wrong)).toThrow(/cannot be foreseen what "nonsense" does/);
});
