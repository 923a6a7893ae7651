import fc from "fast-check";
import { canonical, merge, parseCib, readConfiguration } from "../../../providers/pacemaker/cib";
import { partOf } from "../../../providers/pacemaker/read";
import { rules } from "../../../providers/pacemaker/rules";
import * as spec from "../../../providers/pacemaker/spec";
import { formatXml } from "../../../providers/pacemaker/xml";
import { bareCib } from "../../offline/pacemaker/cluster";
import type { Special } from "../support/arbitrary";
import { inputOf } from "../support/arbitrary";

/** One element of each type, with everything that schema and rules take, beside those that it speaks of. */
const around = {
  a: { kind: "primitive", agent: "ocf:heartbeat:Dummy" },
  b: { kind: "primitive", agent: "ocf:heartbeat:Dummy" },
  c: { kind: "clone", child: "b", meta: { promotable: true } },
  f: { kind: "primitive", agent: "stonith:fence_dummy", params: { pcmk_host_list: "qvddb1 qvddb2" } },
  g: { kind: "primitive", agent: "stonith:fence_dummy", params: { pcmk_host_list: "qvddb1 qvddb2" } },
};
const id = fc.constantFrom("a", "c");
const agent = fc.oneof(
  fc.stringMatching(/^ocf:[A-Za-z0-9_.-]{1,8}:[A-Za-z0-9_.-]{1,8}$/),
  fc.stringMatching(/^(stonith|systemd|lsb|service):[A-Za-z0-9_.@:/-]{1,12}$/),
);
const score = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constantFrom("inf", "-inf", "INFINITY", "+INFINITY"));
const duration = fc.oneof(fc.nat(1000), fc.constantFrom("10s", "1min", "500ms", "PT2M", "1h"));
const role = fc.constantFrom("Master", "slave", "Promoted", "Unpromoted", "Started", "Stopped");
const common: Special = {
  handMade: null,
  agent,
  score,
  role,
  withRole: role,
  interval: duration,
  timeout: duration,
  startDelay: duration,
};
const kinds: Readonly<Record<string, [Parameters<typeof inputOf>[0], Special]>> = {
  primitive: [spec.primitiveSchema, {}],
  group: [spec.groupSchema, { members: fc.constant(["a"]) }],
  clone: [spec.cloneSchema, { child: fc.constant("a") }],
  "location by score": [spec.locationSchema, { resource: id, node: fc.constant("qvddb1"), rules: null }],
  "location by rule": [
    spec.locationSchema,
    {
      resource: id,
      node: null,
      score: null,
      rules: fc.array(inputOf(spec.ruleSchema, common), { minLength: 1, maxLength: 1 }),
    },
  ],
  colocation: [spec.colocationSchema, { resource: fc.constant("a"), withResource: fc.constant("c"), role: null }],
  order: [
    spec.orderSchema,
    { first: fc.constant("c"), then: fc.constant("a"), thenAction: fc.constantFrom("start", "stop") },
  ],
  alert: [spec.alertSchema, {}],
  level: [spec.levelSchema, { target: fc.constant("qvddb1"), devices: fc.constantFrom(["f"], ["f", "g"], ["g", "f"]) }],
};

const connection = { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };
const whole = (x: unknown): unknown => ({ connections: { qvddb1: connection }, elements: { ...around, x } });

/** Without what only a whole configuration can have: fencing. */
const sound = (s: spec.PacemakerSpec): boolean =>
  rules(s).every((f) => f.property === "elements" || f.property.startsWith("properties"));

describe.each(["pacemaker-3.9", "pacemaker-3.6", "pacemaker-4.0"])("under schema %s", (version) => {
  test.each(Object.entries(kinds))("%s: read back it is what was wanted", (_kind, [schema, special]) => {
    let seen = 0;
    fc.assert(
      fc.property(inputOf(schema, { ...common, ...special }), (x) => {
        const parsed = spec.pacemakerSchema.safeParse(whole(x));
        fc.pre(parsed.success && sound(parsed.data));
        const wanted = parsed.data as spec.PacemakerSpec;
        const text = formatXml(merge(parseCib(bareCib(version)), wanted));
        expect(canonical(readConfiguration(parseCib(text)))).toBe(canonical(partOf(wanted)));
        // What XML cannot carry must never get that far.
        // eslint-disable-next-line no-control-regex -- they are what is looked for
        expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
        seen++;
      }),
      { numRuns: 60 },
    );
    expect(seen).toBeGreaterThan(30);
  });
});

test("options of the cluster and defaults", () => {
  const options = inputOf(spec.pacemakerSchema, { connections: fc.constant({}), elements: fc.constant({}) });
  fc.assert(
    fc.property(options, (input) => {
      const wanted = spec.pacemakerSchema.parse(input);
      fc.pre(sound(wanted) && rules(wanted).length === 0);
      const text = formatXml(merge(parseCib(bareCib("pacemaker-3.9")), wanted));
      expect(canonical(readConfiguration(parseCib(text)))).toBe(canonical(partOf(wanted)));
    }),
  );
});
