import { readConfiguration, merge, parseCib } from "../../../providers/pacemaker/cib";
import { heldIn, hold, holds } from "../../../providers/pacemaker/hold";
import { parseSimulation } from "../../../providers/pacemaker/simulate";
import type { Configuration } from "../../../providers/pacemaker/spec";
import { formatXml } from "../../../providers/pacemaker/xml";
import { howto } from "../../unit/pacemaker/howto";
import { cibWith } from "./cluster";
import { scratch, tool } from "./tools";

// Proves by Pacemaker's scheduler that the service stays while a ping is restarted, and that what is held gives way as soon as the ping speaks. That a restart takes
// the attribute from both nodes for some seconds was seen on real guests.

const promoted = { "master-p_drbd_postgres": "10000" };
const attributes = { ...promoted, pingd: "100" };

function otherHosts(): Configuration {
  const c = howto();
  const ping = c.elements["p_ping"];
  if (ping?.kind !== "primitive") throw new Error("no p_ping");
  return { ...c, elements: { ...c.elements, p_ping: { ...ping, params: { ...ping.params, host_list: "192.0.2.1" } } } };
}

describe("a ping that a change restarts", () => {
  const place = scratch();
  afterAll(() => place.remove());

  const running = (own: Readonly<Record<string, string>>): string => {
    const input = place.file(
      "cold.xml",
      cibWith(howto(), "pacemaker-3.9", { qvddb1: { attributes }, qvddb2: { attributes } }),
    );
    const output = `${place.dir}/running.xml`;
    expect(tool("crm_simulate", ["--simulate", "--xml-file", input, "--save-output", output])).toMatchObject({
      code: 0,
    });
    const xml = parseCib(tool("cat", [output]).out).xml;
    const text = formatXml(xml);
    return own.pingd === undefined
      ? text.replace(/ *<nvpair [^>]*name="pingd"[^>]*\/>\n/g, "")
      : text.replace(/(name="pingd" value=")100/g, `$1${own.pingd}`);
  };
  const actions = (xml: string): string[] => {
    const r = tool("crm_simulate", ["--simulate", "--xml-file", place.file("now.xml", xml), "--output-as=xml"]);
    expect(r).toMatchObject({ code: 0 });
    return parseSimulation(r.out).actions.map((a) => `${a.action} ${a.target}`);
  };
  const heldIn1 = (own: Readonly<Record<string, string>>): string => {
    const before = parseCib(running(attributes)).xml;
    return formatXml(hold(before, parseCib(running(own)).xml, ["pingd"]));
  };

  test("would stop the service, were nothing held", () => {
    expect(actions(running(attributes))).not.toContain("stop p_postgres");
    expect(actions(running(promoted))).toContain("stop p_postgres");
  });

  test("leaves it where it is, as the attribute is held", () => {
    const left = actions(heldIn1(promoted)).filter((a) => /p_postgres|p_drbd|p_fs|p_ip/.test(a));
    expect(left.filter((a) => !a.startsWith("promote "))).toEqual([]);
  });

  test("has the last word: no host answers, and the service goes though the old value is held", () => {
    expect(actions(heldIn1({ ...promoted, pingd: "0" }))).toContain("stop p_postgres");
  });

  test("is what the plan holds for, and only a change of it", () => {
    expect([...holds(howto(), otherHosts())]).toEqual([
      ["p_ping", "pingd"],
      ["c_ping", "pingd"],
    ]);
    expect([...holds(howto(), howto())]).toEqual([]);
  });

  test("what is held is valid, known as ours, and nobody else's", () => {
    const cib = parseCib(running(attributes));
    const xml = hold(cib.xml, merge(cib, otherHosts()), ["pingd"]);
    expect(heldIn(xml)).toEqual([
      { id: "qvd-ha-held-1", node: "qvddb1", name: "pingd" },
      { id: "qvd-ha-held-2", node: "qvddb2", name: "pingd" },
    ]);
    expect(tool("crm_verify", ["-V", "--xml-file", place.file("verify.xml", formatXml(xml))]).err).not.toMatch(
      /error/i,
    );
    expect(readConfiguration({ ...cib, xml })).toEqual(readConfiguration({ ...cib, xml: merge(cib, otherHosts()) }));
    // Held once already: not twice.
    expect(heldIn(hold(xml, xml, ["pingd"]))).toHaveLength(2);
  });
});
