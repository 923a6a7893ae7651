import { rules } from "../../../providers/pacemaker/rules";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import type { PacemakerSpec } from "../../../providers/pacemaker/spec";
import { howto, howtoInput } from "../../unit/pacemaker/howto";
import { cibWith } from "./cluster";
import { development } from "./development";
import { SCHEMAS } from "./simulator";
import { scratch, tool } from "./tools";

/** Proves that Pacemaker's own validator takes what is rendered and refuses it without fencing; what it does not see, our rules must. */
describe("crm_verify on the rendered configuration", () => {
  const place = scratch();
  afterAll(() => place.remove());

  const verify = (spec: PacemakerSpec, schema: string): number =>
    tool("crm_verify", ["-V", "--xml-file", place.file("cib.xml", cibWith(spec, schema))]).code;

  const mutant = (
    change: (elements: Record<string, unknown>, properties: Record<string, unknown>) => void,
  ): PacemakerSpec => {
    const input = structuredClone(howtoInput) as {
      elements: Record<string, unknown>;
      properties: Record<string, unknown>;
    };
    change(input.elements, input.properties);
    return pacemakerSchema.parse(input);
  };

  test.each(SCHEMAS)("accepts the HOWTO's under schema %s", (schema) => {
    expect(verify(howto(), schema)).toBe(0);
  });

  test.each(["howto", "fast"])(
    "accepts what the components make for the stack dev in profile %s",
    async (profile) => {
      const spec = await development({ profile });
      expect(rules(spec)).toEqual([]);
      for (const schema of SCHEMAS) expect(verify(spec, schema)).toBe(0);
    },
    60_000,
  );

  test("accepts the alert, in the place that the schema has for it", async () => {
    const spec = await development({ maintenance: { alerts: { enabled: true } } });
    expect(spec.elements["a_qvd_ha"]).toMatchObject({ kind: "alert", path: "/usr/local/lib/qvd-ha/alert" });
    for (const schema of SCHEMAS) expect(verify(spec, schema)).toBe(0);
    const { a_qvd_ha: _alert, ...rest } = spec.elements;
    expect(rest).toEqual((await development()).elements);
  }, 60_000);

  test("refuses it without fence devices, and so do the rules", () => {
    const spec = mutant((e) => {
      for (const n of ["qvddb1", "qvddb2"]) {
        delete e[`p_fence_${n}`];
        delete e[`l_fence_${n}`];
      }
    });
    expect(verify(spec, "pacemaker-3.9")).toBe(78);
    expect(
      rules(spec)
        .map((f) => f.reason)
        .join("\n"),
    ).toMatch(/no fence device for qvddb1[^]*no fence device for qvddb2/);
  });

  test("does not mind fencing switched off; the rules do", () => {
    const spec = mutant((_e, p) => (p["stonith-enabled"] = false));
    expect(verify(spec, "pacemaker-3.9")).toBe(0);
    expect(rules(spec).map((f) => f.property)).toContain("properties.stonith-enabled");
  });

  test("refuses a constraint on nothing, and so do the rules", () => {
    const spec = mutant((e) => ((e["o_postgres_on_drbd"] as Record<string, unknown>)["withResource"] = "ms_other"));
    expect(verify(spec, "pacemaker-3.9")).toBe(78);
    expect(rules(spec).map((f) => f.property)).toContain("elements.o_postgres_on_drbd.withResource");
  });
});
