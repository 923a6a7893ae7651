import { effectsOf, predict, serving } from "../../../providers/pacemaker/effects";
import type { PredictedAction } from "../../../providers/pacemaker/simulate";
import type { Configuration } from "../../../providers/pacemaker/spec";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import { parseStatus } from "../../../providers/pacemaker/status";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { howto, howtoInput } from "./howto";

// Proves how Pacemaker's announced actions become effects with a name. That these are its actions is shown in test/offline/pacemaker/effects.test.ts, that they
// come true in test/e2e/impact.

const c: Configuration = howto();

/** "action target [from] [to]" */
const action = (text: string): PredictedAction => {
  const [what = "", target = "", from, to = from] = text.split(" ");
  const blocked = what.endsWith("!");
  return {
    action: what.replace("!", ""),
    target,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(blocked ? { blocked } : {}),
  };
};
const said = (...actions: string[]): string[] =>
  effectsOf(actions.map(action), c, c, true).map((e) => `${e.danger} ${e.resource}${e.service ? "" : " -"}`);

test.each<[string, string[], string[]]>([
  ["nothing", [], []],
  [
    "what starts or is reloaded is no danger",
    ["start p_new a", "reload p_postgres a", "promote p_drbd_postgres a"],
    [],
  ],
  ["a member alone is named itself", ["restart p_postgres a"], ["restarts p_postgres"]],
  ["a recovery is a restart", ["recover p_postgres a"], ["restarts p_postgres"]],
  [
    "the whole group is named as one",
    ["move p_fs_postgres a b", "move p_ip_postgres a b", "move p_postgres a b"],
    ["moves g_postgres"],
  ],
  [
    "members that suffer differently are not",
    ["stop p_ip_postgres a", "restart p_fs_postgres a", "restart p_postgres a"],
    ["restarts p_fs_postgres", "stops p_ip_postgres", "restarts p_postgres"],
  ],
  [
    "instances of a clone go by its name",
    ["restart p_drbd_postgres a", "restart p_drbd_postgres b"],
    ["restarts ms_drbd_postgres"],
  ],
  [
    "demoted here and promoted there has moved",
    ["demote p_drbd_postgres a", "promote p_drbd_postgres b"],
    ["moves ms_drbd_postgres"],
  ],
  [
    "demoted and promoted nowhere is a stop",
    ["demote p_drbd_postgres a", "promote! p_drbd_postgres b"],
    ["stops ms_drbd_postgres"],
  ],
  ["what is blocked does not happen", ["stop! p_postgres a"], []],
  [
    "fence devices serve nobody; by ping's attribute the service is placed",
    ["restart p_fence_qvddb1 a", "stop p_ping a"],
    ["stops c_ping", "restarts p_fence_qvddb1 -"],
  ],
  ["a node that is fenced", ["Fence(reboot) qvddb1"], ["stops qvddb1"]],
])("%s", (_name, actions, effects) => expect(said(...actions).sort()).toEqual([...effects].sort()));

test("a resource that leaves its group and the configuration still goes by its former place", () => {
  const { p_ip_postgres: _gone, ...elements } = c.elements;
  const wanted = {
    ...c,
    elements: {
      ...elements,
      g_postgres: { kind: "group" as const, members: ["p_fs_postgres", "p_postgres"], meta: {} },
    },
  };
  expect(effectsOf([action("stop p_ip_postgres a")], c, wanted, true)).toEqual([
    { danger: "stops", resource: "p_ip_postgres", within: "g_postgres", service: true },
  ]);
});

test("what Pacemaker is about to do anyway is not the change's doing", () => {
  const before = { actions: [action("recover p_postgres a")], executed: [] };
  const after = { actions: [action("recover p_postgres a"), action("restart p_ip_postgres a")], executed: [] };
  expect(predict(before, after, c, c, true)).toMatchObject({
    effects: [{ danger: "restarts", resource: "p_ip_postgres" }],
    words: ["Pacemaker: restart p_ip_postgres on a"],
  });
  expect(predict(before, before, c, c, true)).toEqual({ effects: [], words: ["Pacemaker: nothing to do"] });
});

test("nobody is disturbed where no database server runs; not to know counts as one", () => {
  const status = parseStatus(readFileSync(join(__dirname, "data", "crm_mon-healthy.xml"), "utf8"))!;
  const without = { ...status, resources: status.resources.filter((r) => r.id !== "p_postgres") };
  const ours = {
    ...status,
    resources: status.resources.map((r) => (r.id === "p_postgres" ? { ...r, agent: "ocf:qvd-ha:postgres" } : r)),
  };
  expect([serving(status), serving(ours), serving(without), serving(undefined)]).toEqual([true, true, false, true]);
  expect(effectsOf([action("stop p_fs_postgres a")], c, c, false)).toMatchObject([{ danger: "stops", service: false }]);
});

test("a restart of ping is told with what hangs on its attribute; what nothing hangs on serves nobody", () => {
  const after = { actions: [action("restart p_ping a")], executed: [] };
  const before = { actions: [], executed: [] };
  expect(predict(before, after, c, c, true)).toEqual({
    effects: [{ danger: "restarts", resource: "c_ping", service: true }],
    words: [
      "Pacemaker: restart p_ping on a",
      expect.stringMatching(/^l_drbd_master_on_ping goes by what c_ping says of a node/) as string,
    ],
  });
  const { l_drbd_master_on_ping: _gone, ...elements } = c.elements;
  const free = { ...c, elements };
  expect(predict(before, after, free, free, true)).toEqual({
    effects: [{ danger: "restarts", resource: "c_ping", service: false }],
    words: ["Pacemaker: restart p_ping on a"],
  });
});

test("somebody's own resource beside the service is not the service, until it is placed with it", () => {
  const own = pacemakerSchema.parse({
    ...howtoInput,
    elements: { ...howtoInput.elements, p_own: { kind: "primitive", agent: "ocf:pacemaker:Dummy" } },
  });
  const bound = pacemakerSchema.parse({
    ...howtoInput,
    elements: {
      ...howtoInput.elements,
      p_own: { kind: "primitive", agent: "ocf:pacemaker:Dummy" },
      o_own: { kind: "colocation", resource: "g_postgres", withResource: "p_own" },
    },
  });
  const stops = (now: Configuration): (boolean | undefined)[] =>
    effectsOf([action("stop p_own a")], now, c, true).map((e) => e.service);
  expect([stops(own), stops(bound)]).toEqual([[false], [true]]);
});

test("a server of our own agent is a service like any other", () => {
  const own: Configuration = {
    ...c,
    elements: Object.fromEntries(
      Object.entries(c.elements).map(([id, e]) => [
        id,
        e.kind === "primitive" && id === "p_postgres" ? { ...e, agent: "ocf:qvd-ha:postgres" } : e,
      ]),
    ),
  };
  const disturbed = (id: string): boolean[] =>
    effectsOf([action(`restart ${id} a`)], own, own, true).map((e) => e.service);
  expect(disturbed("p_postgres")).toEqual([true]);
  // Nothing that stands apart from the database is taken for the service because its server was not known.
  const apart = {
    ...own,
    elements: {
      ...own.elements,
      p_own: { kind: "primitive", agent: "ocf:pacemaker:Dummy", params: {}, operations: [], meta: {} },
    },
  } as Configuration;
  expect(effectsOf([action("restart p_own a")], apart, apart, true).map((e) => e.service)).toEqual([false]);
});

test("a promoted instance that is reloaded takes what stands on it along, as on two guests it did; an unpromoted one does not", () => {
  const reload = (role: string): PredictedAction => ({ action: "reload", target: "p_drbd_postgres", from: "a", role });
  const after = { actions: [reload("Unpromoted"), reload("Promoted")], executed: [] };
  const found = predict({ actions: [], executed: [] }, after, c, c, true);
  expect(found.effects.map((e) => `${e.danger} ${e.resource} ${e.service}`)).toEqual([
    "restarts g_postgres true",
    "restarts ms_drbd_postgres true",
  ]);
  expect(found.words.join()).toContain("p_drbd_postgres is promoted while it is reloaded");
  expect(effectsOf([reload("Unpromoted")], c, c, true)).toEqual([]);
});
