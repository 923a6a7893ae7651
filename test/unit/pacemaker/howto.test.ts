import { bareCib, cibWith } from "../../offline/pacemaker/cluster";
import { canonical, foreignParts, merge, parseCib, readConfiguration } from "../../../providers/pacemaker/cib";
import { partOf } from "../../../providers/pacemaker/read";
import { rules } from "../../../providers/pacemaker/rules";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import { child, formatXml } from "../../../providers/pacemaker/xml";
import { howto, howtoInput } from "./howto";

describe("the HOWTO's configuration", () => {
  test("breaks no rule", () => expect(rules(howto())).toEqual([]));

  test("is rendered as it always was", () => {
    const configuration = child(merge(parseCib(bareCib("pacemaker-3.9")), howto()), "configuration");
    const parts = ["resources", "constraints", "rsc_defaults"].map((s) => formatXml(child(configuration, s)!));
    expect(parts.join("")).toMatchSnapshot();
  });

  test.each(["pacemaker-3.9", "pacemaker-3.6", "pacemaker-4.0"])(
    "read back under schema %s it is the same",
    (schema) => {
      const cib = parseCib(cibWith(howto(), schema));
      expect(canonical(readConfiguration(cib))).toBe(canonical(partOf(howto())));
      expect(cib.validateWith).toBe(schema);
    },
  );

  test("roles are named as the schema knows them", () => {
    expect(cibWith(howto(), "pacemaker-3.9")).toMatch(/role="Promoted"/);
    expect(cibWith(howto(), "pacemaker-3.9")).not.toMatch(/role="Master"/);
    expect(cibWith(howto(), "pacemaker-3.6")).toMatch(/role="Master"/);
    expect(cibWith(howto(), "pacemaker-3.6")).not.toMatch(/role="Promoted"/);
  });

  test("written in other words it is the same value", () => {
    const other = structuredClone(howtoInput) as Record<string, Record<string, unknown>>;
    other["properties"] = { "fencing-enabled": "yes", "fencing-timeout": "1min", "cluster-recheck-interval": "PT10M" };
    other["resourceDefaults"] = { "failure-timeout": "180", "migration-threshold": "2", "resource-stickiness": "1" };
    const drbd = other["elements"]!["p_drbd_postgres"] as { operations: { role?: string }[] };
    drbd.operations.reverse();
    for (const o of drbd.operations) if (o.role) o.role = o.role === "Master" ? "Promoted" : "Unpromoted";
    const spec = pacemakerSchema.parse(other);
    expect(spec).toEqual(howto());
  });

  test("what the cluster owns is reported and not ours", () => {
    const names = foreignParts(parseCib(cibWith(howto()))).map((f) => `${f.what} ${f.id}`);
    expect(names).toEqual([
      "property have-watchdog",
      "property dc-version",
      "property cluster-infrastructure",
      "property cluster-name",
    ]);
  });

  test("an untouched configuration is left to the letter", () => {
    const cib = parseCib(cibWith(howto()).replaceAll("-instance_attributes", "-params"));
    expect(formatXml(merge(cib, howto()))).toBe(formatXml(cib.xml));
  });
});
