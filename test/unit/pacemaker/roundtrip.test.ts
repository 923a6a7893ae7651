import fc from "fast-check";
import { bareCib } from "../../offline/pacemaker/cluster";
import { canonical, merge, parseCib, readConfiguration } from "../../../providers/pacemaker/cib";
import { partOf } from "../../../providers/pacemaker/read";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import { element, formatXml, parseXml } from "../../../providers/pacemaker/xml";

/** Any text that XML 1.0 can carry. */
const text = fc
  .string({ unit: "grapheme", maxLength: 12 })
  .filter((s) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(s)); // eslint-disable-line no-control-regex
const awkward = fc.oneof(text, fc.constantFrom('a"b<c>&amp;', "  two  ", "line\nbreak\ttab", "&#10;", "'"));
const name = fc.constantFrom("ip", "nic", "monitor_sql", "OCF_CHECK_LEVEL", "device", "x y");
const values = fc.dictionary(name, awkward, { maxKeys: 4 });
const meta = fc.dictionary(
  fc.constantFrom("priority", "notify", "failure-timeout", "interleave", "clone-max"),
  fc.constantFrom("1", "true", "no", "10min", "600"),
);
const duration = fc.constantFrom("10", "10s", "1min", "500ms", "PT2M", 20);
const role = fc.constantFrom("Master", "Slave", "Promoted", "Unpromoted", "Started");
const operation = fc.record(
  { name: fc.constantFrom("start", "stop", "promote", "notify"), timeout: duration, params: values },
  { requiredKeys: ["name"] },
);
const monitor = fc.record(
  {
    name: fc.constant("monitor"),
    interval: duration,
    role,
    onFail: fc.constantFrom("fence", "restart"),
    enabled: fc.boolean(),
  },
  { requiredKeys: ["name", "interval"] },
);
const primitive = fc.record({
  kind: fc.constant("primitive"),
  agent: fc.constantFrom(
    "ocf:heartbeat:IPaddr2",
    "stonith:fence_virsh",
    "stonith:external/libvirt",
    "systemd:postgresql@15-main",
  ),
  params: values,
  operations: fc
    .tuple(fc.uniqueArray(operation, { selector: (o) => o.name }), fc.option(monitor))
    .map(([o, m]) => (m ? [...o, m] : o)),
  meta,
});
const score = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constantFrom("inf", "-inf", "INFINITY", "-INFINITY"));
const rule = fc.record(
  {
    score,
    role,
    booleanOp: fc.constantFrom("and", "or"),
    expressions: fc.array(
      fc.record(
        {
          attribute: fc.constant("pingd"),
          operation: fc.constantFrom("lte", "gt"),
          value: awkward,
          type: fc.constantFrom("number", "string"),
        },
        { requiredKeys: ["attribute", "operation", "value"] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: ["score", "expressions"] },
);
const elements = fc.record({
  p_a: primitive,
  p_b: primitive,
  p_c: primitive,
  g: fc.record({ kind: fc.constant("group"), members: fc.shuffledSubarray(["p_a", "p_b"], { minLength: 1 }), meta }),
  c: fc.record({ kind: fc.constant("clone"), child: fc.constant("p_c"), meta }),
  l1: fc.record({ kind: fc.constant("location"), resource: fc.constant("g"), node: fc.constant("qvddb1"), score }),
  l2: fc.record({
    kind: fc.constant("location"),
    resource: fc.constant("c"),
    rules: fc.array(rule, { minLength: 1, maxLength: 2 }),
  }),
  co: fc.record(
    {
      kind: fc.constant("colocation"),
      score,
      resource: fc.constant("g"),
      withResource: fc.constant("c"),
      withRole: role,
    },
    { requiredKeys: ["kind", "resource", "withResource"] },
  ),
  o: fc.record(
    {
      kind: fc.constant("order"),
      strength: fc.constantFrom("Mandatory", "Optional", "Serialize"),
      first: fc.constant("c"),
      firstAction: fc.constantFrom("start", "promote"),
      then: fc.constant("g"),
      thenAction: fc.constant("start"),
      symmetrical: fc.boolean(),
    },
    { requiredKeys: ["kind", "first", "then"] },
  ),
  a: fc.record({
    kind: fc.constant("alert"),
    path: fc.constant("/usr/local/sbin/alert"),
    recipients: fc.array(
      awkward.filter((s) => s !== ""),
      { maxLength: 2 },
    ),
    params: values,
    meta,
  }),
});
const spec = fc
  .record({
    connections: fc.constant({}),
    properties: fc.dictionary(
      fc.constantFrom("stonith-enabled", "fencing-timeout", "cluster-recheck-interval", "load-threshold"),
      fc.constantFrom("true", "60", "10min", "80%"),
    ),
    resourceDefaults: meta,
    operationDefaults: fc.dictionary(fc.constantFrom("timeout"), fc.constantFrom("20", "1min")),
    elements,
  })
  .map((s) => pacemakerSchema.parse(s));
const schema = fc.constantFrom("pacemaker-3.9", "pacemaker-3.0", "pacemaker-4.0");

test("parse(render(configuration)) is the configuration", () => {
  fc.assert(
    fc.property(spec, schema, (s, v) => {
      const text = formatXml(merge(parseCib(bareCib(v)), s));
      expect(canonical(readConfiguration(parseCib(text)))).toBe(canonical(partOf(s)));
    }),
  );
});

test("from any configuration to any other in one merge, and rendering is the same twice", () => {
  fc.assert(
    fc.property(spec, spec, (a, b) => {
      const first = formatXml(merge(parseCib(bareCib("pacemaker-3.9")), a));
      const then = formatXml(merge(parseCib(first), b));
      expect(canonical(readConfiguration(parseCib(then)))).toBe(canonical(partOf(b)));
      expect(formatXml(merge(parseCib(then), b))).toBe(then);
    }),
    { numRuns: 50 },
  );
});

test("any text survives as an attribute", () => {
  fc.assert(
    fc.property(awkward, (value) => {
      expect(parseXml(formatXml(element("a", { value }))).attrs).toEqual({ value });
    }),
  );
});
