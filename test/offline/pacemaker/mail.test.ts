import { readFileSync } from "node:fs";
import * as definitions from "../../../components/definitions";
import type { SettingsInput } from "../../../components/config";
import { parse } from "../../../components/config";
import { elementSchema } from "../../../providers/pacemaker/spec";
import type { Configuration } from "../../../providers/pacemaker/spec";
import { parseSimulation } from "../../../providers/pacemaker/simulate";
import valid from "../../unit/config/valid.json";
import { howto } from "../../unit/pacemaker/howto";
import { cibWith } from "./cluster";
import { scratch, tool } from "./tools";

// Proves by Pacemaker's scheduler that a mail which cannot be sent leaves the database alone. That the agent fails like this without a mail program
// was seen on real guests: start and stop end with 5, not installed.

const GROUP = "g_postgres";
const MAIL = "p_mailto";

/** The HOWTO's configuration with the program's own p_mailto at the end of the group. */
function withMail(): Configuration {
  const c = howto();
  const group = c.elements[GROUP];
  if (group?.kind !== "group") throw new Error(`no ${GROUP}`);
  const { awaits: _awaits, ...mail } = definitions.mail(parse(valid as SettingsInput), "root");
  const primitive = elementSchema.parse({ kind: "primitive", ...mail });
  return {
    ...c,
    elements: { ...c.elements, [GROUP]: { ...group, members: [...group.members, MAIL] }, [MAIL]: primitive },
  };
}

const attributes = { "master-p_drbd_postgres": "10000", pingd: "100" };

describe("a mail that cannot be sent", () => {
  const place = scratch();
  afterAll(() => place.remove());

  /** One transition; what comes of it is the input of the next. */
  function transition(from: string, ...args: string[]): { to: string; said: string[] } {
    const [input, output] = [place.file("in.xml", from), `${place.dir}/out.xml`];
    const r = tool("crm_simulate", [
      "--simulate",
      "--xml-file",
      input,
      "--save-output",
      output,
      "--output-as=xml",
      ...args,
    ]);
    expect(r).toMatchObject({ code: 0 });
    const { actions, executed } = parseSimulation(r.out);
    const said = [
      ...actions.map((a) => `${a.action} ${a.target}`),
      ...executed.map((e) => `${e.operation} ${e.target}`),
    ];
    return { to: readFileSync(output, "utf8"), said };
  }
  const cold = (): string => cibWith(withMail(), "pacemaker-3.9", { qvddb1: { attributes }, qvddb2: { attributes } });
  const running = (): string => transition(cold()).to;

  test("does not take the database along when it cannot start", () => {
    const first = transition(cold(), "--op-fail", `${MAIL}_start_0@qvddb1=5`);
    expect(first.said).toContain(`start ${MAIL}`);
    const { said } = transition(first.to);
    expect(said.filter((s) => /fence|Fence|^(stop|move|restart|recover|demote)/.test(s))).toEqual([]);
  });

  test("does not get the node fenced when it cannot stop", () => {
    const crm = (xml: string): string =>
      xml.replace(
        '<node id="1" uname="qvddb1"/>',
        '<node id="1" uname="qvddb1"><instance_attributes id="nodes-1"><nvpair id="nodes-1-standby" name="standby" value="on"/></instance_attributes></node>',
      );
    const first = transition(crm(running()), "--op-fail", `${MAIL}_stop_0@qvddb1=5`);
    expect(first.said).toContain(`stop ${MAIL}`);
    const { to, said } = transition(first.to);
    expect([...said, ...transition(to).said].filter((s) => /fence|Fence/.test(s))).toEqual([]);
    // The service goes on to the other node, as standby means.
    expect([...first.said, ...said]).toContain("start p_postgres");
  });
});
