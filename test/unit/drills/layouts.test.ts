import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Layout } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { LAYOUT_NAMES, LAYOUTS } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { deleteAddress, moveAway } from "../../../drills/actions/cluster";
import { idOnNode, saidOf } from "../../../drills/actions/ids";
import { routerDown } from "../../../drills/actions/network";
import { timeline } from "../../../drills/page/charts/timelineData";
import { parseEvents } from "../../../drills/pieces/events";
import { counts, pieces } from "../../../drills/pieces/pieces";
import { postmasterKilledAgain } from "../../../drills/faults/process/postmasterKilledAgain";
import { postmasterKilledEverywhere } from "../../../drills/faults/process/postmasterKilledEverywhere";
import { drillReport } from "./made";

// Proves that a drill asks for the resources that the cluster has, whichever of the layouts that is: the shell's part in a real bash, with a stand-in for crm_resource.

const layouts = LAYOUT_NAMES.map((name) => [name, LAYOUTS[name] as Layout] as const);
const LOG = readFileSync(join(__dirname, "recorded", "journal.powerCut"), "utf8");
const at = (uptime: number): number => 1_700_000_000_000 + uptime;
const outage = { injected: at(498_200), firstWrite: at(551_000), victim: "qvddb1" };

/** What the script asks Pacemaker for, on a node whose cluster has that layout. */
function asked(script: string, of: Layout): string {
  const bin = mkdtempSync(join(tmpdir(), "layout-"));
  const made = (name: string, text: string): void => {
    writeFileSync(join(bin, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  // Clones' instances are numbered, and groups are not listed.
  const listed = [`${of.drbd}:0`, `${of.drbd}:1`, of.fileSystem, of.address, of.postgres].join("\\n");
  made("crm_resource", `[ "$1" = --list-raw ] && { printf '${listed}\\n'; exit; }; echo "$*" >>"$0.asked"`);
  made("crm_node", 'case $1 in --name) echo a ;; *) printf "1 a member\\n2 b member\\n" ;; esac');
  made("ip", "echo '2: eth0 inet 10.0.0.1/24 scope global eth0'");
  execFileSync("bash", ["-c", `set -euo pipefail\n${script}`], {
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
  return readFileSync(join(bin, "crm_resource.asked"), "utf8").trim();
}

/** A recorded log as the same cluster would have written it with other ids. */
const renamed = (log: string, to: Layout): string =>
  (["drbdClone", "drbd", "fileSystem", "address", "postgres", "group"] as const).reduce(
    (text, part) => text.replace(new RegExp(`\\b${LAYOUTS.standard[part]}(?=\\b|_)`, "g"), to[part]),
    log,
  );

describe.each(layouts)("layout %s", (_name, ids) => {
  it("has its own address deleted, and its own group moved and cleared", () => {
    expect(asked(deleteAddress("active").script, ids)).toBe(`--resource ${ids.address} --get-parameter ip`);
    expect(asked(moveAway.script, ids)).toBe(`--resource ${ids.group} --move --node b`);
    const [undo] = moveAway.undo ?? [];
    expect(asked(undo?.kind === "script" ? undo.script : "", ids)).toBe(`--resource ${ids.group} --clear`);
    expect(asked(`crm_resource "${idOnNode("postgres")}"`, ids)).toBe(ids.postgres);
  });

  it("shows its server's failures in the words that the faults look for", () => {
    const signs = [...(postmasterKilledAgain.expect.shows ?? []), ...(postmasterKilledEverywhere.expect.shows ?? [])];
    expect(signs).toHaveLength(3);
    for (const { problem } of signs) {
      expect(`${ids.postgres} has fail-count 2 on a`).toMatch(problem);
      expect(`${ids.fileSystem} has fail-count 2 on a`).not.toMatch(problem);
      expect(`my_${ids.postgres} has fail-count 2 on a`).not.toMatch(problem);
    }
    const [telling] = postmasterKilledEverywhere.expect.tells ?? [];
    expect(`warning: ${ids.postgres}: monitor failed on a`).toMatch(telling?.message as RegExp);
    expect(saidOf("address", ": x").test(`${ids.postgres}: x`)).toBe(false);
  });

  it("has the pieces of its outage, its counts and its timeline read off its log", () => {
    const events = parseEvents(renamed(LOG, ids), at);
    expect(pieces(events, outage)).toEqual(pieces(parseEvents(LOG, at), outage));
    expect(pieces(events, outage).map((p) => p.name)).toEqual(
      expect.arrayContaining(["promote", "file system", "address", "PostgreSQL", "first write"]),
    );
    expect(counts(events, outage.injected).promotions).toBe(1);
    const standard = drillReport({});
    const report = {
      ...standard,
      events: standard.events.map((e) => (e.subject === "p_postgres" ? { ...e, subject: ids.postgres } : e)),
    };
    const work = timeline(report).bars.filter((b) => b.kind === "work" && b.lane === "PostgreSQL");
    expect(work).toEqual([expect.objectContaining({ from: 25, to: 31 })]);
  });
});

it("a router that nobody asks is no fault, and the drill says so", () => {
  const bin = mkdtempSync(join(tmpdir(), "layout-"));
  for (const name of ["crm_resource", "nft"]) {
    writeFileSync(join(bin, name), name === "nft" ? "#!/bin/bash\necho touched\n" : "#!/bin/bash\nexit 105\n");
    chmodSync(join(bin, name), 0o755);
  }
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const { status, stdout, stderr } = spawnSync("bash", ["-c", routerDown("active").script], { env, encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/layout simple has none/);
});
