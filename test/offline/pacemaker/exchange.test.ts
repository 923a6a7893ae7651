import { readFileSync } from "node:fs";
import { merge, parseCib, readConfiguration } from "../../../providers/pacemaker/cib";
import type { Cib } from "../../../providers/pacemaker/cib";
import { exchanges, toldIn, toldToStop, untold } from "../../../providers/pacemaker/exchange";
import { layoutOf } from "../../../providers/pacemaker/layouts";
import { parseSimulation } from "../../../providers/pacemaker/simulate";
import type { Configuration } from "../../../providers/pacemaker/spec";
import type { Xml } from "../../../providers/pacemaker/xml";
import { formatXml } from "../../../providers/pacemaker/xml";
import { howto } from "../../unit/pacemaker/howto";
import { cibWith } from "./cluster";
import { scratch, tool } from "./tools";

// Proves by Pacemaker's scheduler that a clone which gets another agent is stopped with all that stands on it, from above, before that agent is written, and that
// all of it comes back afterwards, from below. That nobody is fenced meanwhile was seen on guests.

const promoted = { "master-p_drbd_postgres": "10000", "master-drbd_postgres": "10000" };
const attributes = { ...promoted, pingd: "100" };
const CLONE = "ms_drbd_postgres";

function otherAgents(): Configuration {
  const c = howto();
  const agent = (id: string, name: string): Configuration["elements"] => {
    const e = c.elements[id];
    if (e?.kind !== "primitive") throw new Error(`no ${id}`);
    return { [id]: { ...e, agent: name } };
  };
  const elements = {
    ...c.elements,
    ...agent("p_drbd_postgres", "ocf:qvd-ha:drbd"),
    ...agent("p_fs_postgres", "ocf:qvd-ha:filesystem"),
    ...agent("p_postgres", "ocf:qvd-ha:postgres"),
  };
  return { ...c, elements };
}

/** The same by the names of the other layout, which has no ping. */
function otherLayout(): Configuration {
  const c = howto();
  const [from, to] = [layoutOf("standard"), layoutOf("simple")];
  const names = ["drbd", "fileSystem", "address", "postgres", "group", "onDrbd", "afterDrbd"] as const;
  const renamed = names.reduce((text, n) => text.replaceAll(`"${from[n]}"`, `"${to[n]}"`), JSON.stringify(c.elements));
  const elements = JSON.parse(renamed) as Configuration["elements"];
  const ping = Object.values(from.ping ?? {});
  return { ...c, elements: Object.fromEntries(Object.entries(elements).filter(([id]) => !ping.includes(id))) };
}

describe("a promotable clone that gets another agent", () => {
  const place = scratch();
  afterAll(() => place.remove());

  /** What Pacemaker does with it, in its order, and the cluster as it then is. */
  const played = (name: string, xml: Xml | string): { acts: string[]; after: Cib } => {
    const input = place.file(`${name}.xml`, typeof xml === "string" ? xml : formatXml(xml));
    const output = `${place.dir}/${name}-after.xml`;
    const r = tool("crm_simulate", ["--simulate", "--output-as=xml", "--xml-file", input, "--save-output", output]);
    expect(r.code).toBe(0);
    return {
      acts: parseSimulation(r.out).executed.map((e) => `${e.operation} ${e.target}`),
      after: parseCib(readFileSync(output, "utf8")),
    };
  };
  const running = played(
    "cold",
    cibWith(howto(), "pacemaker-3.9", { qvddb1: { attributes }, qvddb2: { attributes } }),
  ).after;

  test("is known by its agent and by the name of its primitive", () => {
    for (const other of [otherAgents(), otherLayout()])
      expect(exchanges(howto(), other)).toEqual([{ clone: CLONE, primitive: "p_drbd_postgres" }]);
    expect(exchanges(howto(), howto())).toEqual([]);
  });

  test("is stopped from above, and the ping and the fence devices go on", () => {
    const told = toldToStop(running.xml, [CLONE]);
    expect(toldIn(told)).toEqual([CLONE]);
    const { acts } = played("told", told);
    const at = (act: string): number => acts.findIndex((a) => a.startsWith(act));
    const order = ["stop p_postgres", "stop p_fs_postgres", "demote p_drbd_postgres", "stop p_drbd_postgres"].map(at);
    expect(order.every((n) => n >= 0)).toBe(true);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
    expect(acts.filter((a) => /p_ping|p_fence|^promote|^start/.test(a))).toEqual([]);
  });

  test("comes back from below once it has the other agent and is no longer told to stop", () => {
    const { after } = played("told-again", toldToStop(running.xml, [CLONE]));
    const merged = merge({ ...after, xml: untold(after.xml) }, otherAgents());
    expect(toldIn(merged)).toEqual([]);
    const first = played("merged", merged);
    // Pacemaker forgets the old agents' results, and looks at the nodes anew, before it starts anything.
    const { acts } = first;
    const at = (act: string): number => acts.findIndex((a) => a.startsWith(act));
    expect(acts.filter((a) => a.startsWith("demote"))).toEqual([]);
    const order = ["start p_drbd_postgres", "promote p_drbd_postgres", "start p_fs_postgres", "start p_postgres"].map(
      at,
    );
    expect(order.every((n) => n >= 0)).toBe(true);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
  });

  test("another layout begins when nothing of the former one runs any more", () => {
    const { after } = played("told-layout", toldToStop(running.xml, [CLONE]));
    const { acts } = played("layout", merge({ ...after, xml: untold(after.xml) }, otherLayout()));
    expect(acts.filter((a) => /^(stop|demote) (p_|postgres)/.test(a) && !/p_ping/.test(a))).toEqual([]);
    const order = ["start drbd_postgres", "promote drbd_postgres", "start postgres_fs", "start postgresql"].map((a) =>
      acts.findIndex((act) => act.startsWith(a)),
    );
    expect(order.every((n) => n >= 0)).toBe(true);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
  });

  test("an operator's word is back afterwards, and without one nothing is left", () => {
    expect(untold(toldToStop(running.xml, [CLONE]))).toEqual(running.xml);
    const started = parseCib(
      formatXml(running.xml).replace(
        /(<meta_attributes id="ms_drbd_postgres-[^>]*>)/,
        '$1<nvpair id="x" name="target-role" value="Started"/>',
      ),
    );
    const told = formatXml(toldToStop(started.xml, [CLONE]));
    expect(told.match(/name="target-role"/g)).toHaveLength(1);
    expect(told).toMatch(/name="target-role" value="Stopped"/);
    expect(formatXml(merge({ ...started, xml: untold(started.xml) }, otherAgents()))).toMatch(
      /name="target-role" value="Started"/,
    );
    expect(readConfiguration(parseCib(told))).toEqual(readConfiguration(running));
  });
});
