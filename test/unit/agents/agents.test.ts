import { agents } from "../../../providers/agents";
import { AGENT_NAMES, TEXTS } from "../../../providers/agents/render";
import type { AgentsSeen } from "../../../providers/agents/read";
import { fenceLink } from "../../../providers/fencing";
import { renderUnit } from "../../../providers/fencing/link/render";
import { steps } from "../../../providers/step";

// Proves when agents and standing connections are put on the nodes and taken away. That the agents do their work is proved offline.

const connection = { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };
const connections = { qvddb1: connection, qvddb2: connection };

describe("agents of ours", () => {
  const spec = agents.schema.parse({ connections, agents: AGENT_NAMES });
  const there = Object.fromEntries(AGENT_NAMES.map((n) => [n, { mode: "755", text: TEXTS[n].text }]));
  const none = Object.fromEntries(AGENT_NAMES.map((n) => [n, undefined]));
  const seen = (one: object, two: object): AgentsSeen => ({ qvddb1: one, qvddb2: two }) as unknown as AgentsSeen;

  test("there: nothing to do, and read as wanted", () => {
    expect(steps(agents.plan(spec, seen(there, there)))).toEqual([]);
    expect(agents.live(spec, seen(there, there))).toEqual(spec);
  });

  test("missing, changed or not to be run: put there anew, and shown as drift", () => {
    const name = "ocf:qvd-ha:postgres";
    for (const other of [undefined, { mode: "755", text: "exit 0" }, { mode: "644", text: TEXTS[name].text }]) {
      const changed = seen(there, { ...there, [name]: other });
      expect(steps(agents.plan(spec, changed)).map((s) => `${s.node}: ${s.reason}`)).toEqual([
        "qvddb2: install the agent ocf:qvd-ha:postgres",
      ]);
      expect(agents.live(spec, changed)?.agents).toEqual(AGENT_NAMES.filter((n) => n !== name).sort());
    }
  });

  test("gone where nobody has any, and taken away from where they are", () => {
    expect(agents.live(spec, seen(none, none))).toBeUndefined();
    expect(steps(agents.remove(spec, seen(there, none))).map((s) => s.node)).toEqual(["qvddb1"]);
  });
});

describe("standing connections", () => {
  const spec = fenceLink.schema.parse({ connections, hypervisors: [{ name: "aries", user: "root" }] });
  const unit = { mode: "644", text: renderUnit({ name: "aries", user: "root" }) };
  const up = { "unit aries": unit, "running aries": true };
  const down = { "unit aries": undefined, "running aries": false };

  test("kept: nothing to do, and read as wanted", () => {
    expect(steps(fenceLink.plan(spec, { qvddb1: up, qvddb2: up }))).toEqual([]);
    expect(fenceLink.live(spec, { qvddb1: up, qvddb2: up })).toEqual(spec);
  });

  test("described, then started; one that was stopped is only started", () => {
    const stopped = { ...up, "running aries": false };
    expect(steps(fenceLink.plan(spec, { qvddb1: down, qvddb2: stopped })).map((s) => `${s.node}: ${s.reason}`)).toEqual(
      [
        "qvddb1: describe the standing connection to aries",
        "qvddb1: keep a connection to aries open",
        "qvddb2: keep a connection to aries open",
      ],
    );
  });

  test("another one shows as drift; it goes with its unit", () => {
    const other = { ...up, "unit aries": { ...unit, text: unit.text.replace("Restart=always", "Restart=no") } };
    expect(fenceLink.live(spec, { qvddb1: up, qvddb2: other })?.hypervisors).toEqual([]);
    expect(fenceLink.live(spec, { qvddb1: down, qvddb2: down })).toBeUndefined();
    expect(steps(fenceLink.remove(spec, { qvddb1: up, qvddb2: down })).map((s) => s.node)).toEqual(["qvddb1"]);
  });
});
