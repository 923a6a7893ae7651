import { readFileSync } from "node:fs";
import { join } from "node:path";
import { merge, parseCib, readConfiguration } from "../../../providers/pacemaker/cib";
import type { Configuration, Primitive } from "../../../providers/pacemaker/spec";
import { formatXml } from "../../../providers/pacemaker/xml";

// Proves that of a configuration which crmsh wrote, only what changes is written anew: the recording is of a cluster by the HOWTO.

const CIB = parseCib(readFileSync(join(__dirname, "..", "export", "recorded", "cib.xml"), "utf8"));
const now = readConfiguration(CIB);
const lines = (xml: string): string[] => xml.split("\n").map((l) => l.trim());
const BEFORE = lines(formatXml(CIB.xml));

/** Lines that a change takes away and brings. */
function change(wanted: Configuration): { gone: string[]; come: string[] } {
  const after = lines(formatXml(merge(CIB, wanted)));
  return { gone: BEFORE.filter((l) => !after.includes(l)), come: after.filter((l) => !BEFORE.includes(l)) };
}

const element = (id: string, edit: (p: Primitive) => Partial<Primitive>): Configuration => {
  const p = now.elements[id] as Primitive;
  return { ...now, elements: { ...now.elements, [id]: { ...p, ...edit(p) } } };
};

it("the same is left to the letter", () => expect(change(now)).toEqual({ gone: [], come: [] }));

it("an option is one line", () => {
  const { gone, come } = change({ ...now, properties: { ...now.properties, "priority-fencing-delay": "5s" } });
  expect(gone).toEqual([]);
  expect(come).toHaveLength(1);
  expect(come[0]).toContain('name="priority-fencing-delay" value="5s"');
});

it("an option that has another value keeps its line", () => {
  const { gone, come } = change({
    ...now,
    resourceDefaults: { ...now.resourceDefaults, "resource-stickiness": "100" },
  });
  expect(gone).toEqual(['<nvpair name="resource-stickiness" value="1" id="rsc-options-resource-stickiness"/>']);
  expect(come).toEqual(['<nvpair name="resource-stickiness" value="100" id="rsc-options-resource-stickiness"/>']);
});

it("a member of the group that changes leaves the others as they were written, and the password where it is", () => {
  const wanted = element("p_ip_postgres", (p) => ({ params: { ...p.params, arp_count: "3" } }));
  const { gone, come } = change(wanted);
  for (const other of ["p_fs_postgres", "p_postgres"]) expect([...gone, ...come].join("\n")).not.toContain(`"${other}`);
  expect(come.join("\n")).toContain("arp_count");
  expect(formatXml(merge(CIB, wanted))).toContain('value="changeme"');
  expect(readConfiguration({ ...CIB, xml: merge(CIB, wanted) })).toEqual(wanted);
});

it("what the operator set on the clone stays, and so does its primitive, when the clone changes", () => {
  const clone = now.elements["ms_drbd_postgres"];
  if (clone?.kind !== "clone") throw new Error("no clone");
  const wanted = {
    ...now,
    elements: { ...now.elements, ms_drbd_postgres: { ...clone, meta: { ...clone.meta, interleave: "true" } } },
  };
  const { gone, come } = change(wanted);
  expect([...gone, ...come].join("\n")).not.toContain('"p_drbd_postgres');
  expect(formatXml(merge(CIB, wanted))).toContain('name="is-managed" value="true"');
});
