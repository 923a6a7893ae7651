import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCib, withProperty } from "../../../providers/pacemaker/cib";
import { parseSimulation } from "../../../providers/pacemaker/simulate";
import type { Simulation } from "../../../providers/pacemaker/simulate";
import { formatXml } from "../../../providers/pacemaker/xml";
import { howto } from "../../unit/pacemaker/howto";
import { cibWith } from "./cluster";
import { scratch, tool } from "./tools";

/**
 * Proves the scheduler's decisions about the rendered configuration, by Pacemaker's own scheduler. It proves nothing about agents, DRBD or time.
 * `actions`, `order` and `never` are words of the form `what target node`; what is left out at the end matches anything.
 */
interface Scenario {
  name: string;
  why: string;
  /** `cold`: nothing has run yet. Default: a healthy cluster with the service on qvddb1. */
  start?: "cold";
  /** DRBD's promotion scores by node. Default: both good. */
  scores?: Record<string, number>;
  /** ping's attribute by node. Default: both reach the router. */
  ping?: Record<string, string>;
  standby?: string;
  stopAll?: boolean;
  /** Default: true. */
  quorum?: boolean;
  args?: string[];
  /** Announced, in any order. */
  actions?: string[];
  /** Executed in this order, other things in between. */
  order?: string[];
  /** Neither announced nor executed. */
  never?: string[];
}

const scenarios = JSON.parse(readFileSync(join(__dirname, "scenarios.json"), "utf8")) as Scenario[];

const GOOD: Record<string, number> = { qvddb1: 10000, qvddb2: 10000 };
const REACH: Record<string, string> = { qvddb1: "100", qvddb2: "100" };

function cold(scores: Record<string, number>, ping: Record<string, string>): string {
  const states = Object.fromEntries(
    Object.keys(GOOD).map((n) => {
      const attributes: Record<string, string> = {};
      if (scores[n] !== undefined) attributes["master-p_drbd_postgres"] = String(scores[n]);
      if (ping[n] !== undefined) attributes["pingd"] = ping[n];
      return [n, { attributes }] as const;
    }),
  );
  return cibWith(howto(), "pacemaker-3.9", states);
}

/** What came of a cold start, with attributes changed afterwards. */
function healthy(s: Scenario, file: (name: string, text: string) => string, dir: string): string {
  const out = join(dir, "healthy.xml");
  const r = tool("crm_simulate", [
    "--simulate",
    "--xml-file",
    file("cold.xml", cold(GOOD, REACH)),
    "--save-output",
    out,
  ]);
  expect(r).toMatchObject({ code: 0 });
  let xml = readFileSync(out, "utf8");
  for (const [i, node] of Object.keys(GOOD).entries()) {
    const score = (s.scores ?? GOOD)[node];
    xml = xml.replace(
      new RegExp(`(id="status-${i + 1}-pingd"[^>]* value=)"100"`),
      `$1"${(s.ping ?? REACH)[node] ?? "0"}"`,
    );
    if (score === undefined) xml = xml.replace(new RegExp(`<nvpair id="status-${i + 1}-master-[^>]*/>`), "");
    if (s.standby === node)
      xml = xml.replace(
        new RegExp(`<node id="${i + 1}" uname="${node}"/>`),
        `<node id="${i + 1}" uname="${node}"><instance_attributes id="nodes-${i + 1}"><nvpair id="nodes-${i + 1}-standby" name="standby" value="on"/></instance_attributes></node>`,
      );
  }
  // As the cluster itself notes it; the option --quorum of 2.1.5 has no effect on a file.
  if (s.quorum === false) xml = xml.replace('have-quorum="1"', 'have-quorum="0"');
  return s.stopAll ? formatXml(withProperty(parseCib(xml), "stop-all-resources", "true")) : xml;
}

const matches = (said: string, pattern: string): boolean => said === pattern || said.startsWith(`${pattern} `);

function words(sim: Simulation): { announced: string[]; executed: string[] } {
  const announced = sim.actions.map((a) =>
    a.action.startsWith("Fence") ? `${a.action} ${a.target}` : `${a.action} ${a.target} ${a.to ?? a.from}`,
  );
  const executed = sim.executed.map((e) =>
    e.operation === "fence" ? `fence ${e.target}` : `${e.operation} ${e.target} ${e.node}`,
  );
  return { announced, executed };
}

describe("Pacemaker's scheduler on the rendered configuration", () => {
  const place = scratch();
  afterAll(() => place.remove());

  test.each(scenarios.map((s) => [s.name, s] as const))("%s", (_name, s) => {
    const text = s.start === "cold" ? cold(s.scores ?? GOOD, s.ping ?? REACH) : healthy(s, place.file, place.dir);
    const input = place.file("input.xml", text);
    const r = tool("crm_simulate", ["--simulate", "--xml-file", input, "--output-as=xml", ...(s.args ?? [])]);
    expect(r).toMatchObject({ code: 0 });
    const { announced, executed } = words(parseSimulation(r.out));
    for (const wanted of s.actions ?? []) expect(announced.filter((a) => matches(a, wanted))).not.toEqual([]);
    let rest = executed;
    for (const wanted of s.order ?? []) {
      const at = rest.findIndex((e) => matches(e, wanted));
      expect({ wanted, in: rest, at: at >= 0 }).toMatchObject({ at: true });
      rest = rest.slice(at + 1);
    }
    for (const bad of s.never ?? []) expect([...announced, ...executed].filter((x) => matches(x, bad))).toEqual([]);
  });
});
