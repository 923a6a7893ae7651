import { parseCib, merge, readConfiguration } from "../../../providers/pacemaker/cib";
import { KEPT } from "../../../providers/pacemaker/kept";
import { rules } from "../../../providers/pacemaker/rules";
import type { PacemakerSpec } from "../../../providers/pacemaker/spec";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import { formatXml } from "../../../providers/pacemaker/xml";

// Proves that a secret which somebody else has put into the CIB reaches neither a spec nor the state, and is not lost when its resource is written anew.

const CIB =
  parseCib(`<cib epoch="7" admin_epoch="0" num_updates="1" validate-with="pacemaker-3.9" crm_feature_set="3.16.1">
<configuration><crm_config/><nodes/><resources>
<primitive id="p_postgres" class="ocf" provider="heartbeat" type="pgsql">
<instance_attributes id="i"><nvpair id="u" name="monitor_user" value="qvd"/><nvpair id="p" name="monitor_password" value="changeme"/></instance_attributes>
</primitive></resources><constraints/></configuration><status/></cib>`);

const wanted = (params: Record<string, string>): PacemakerSpec =>
  pacemakerSchema.parse({
    connections: {},
    elements: { p_postgres: { kind: "primitive", agent: "ocf:heartbeat:pgsql", params } },
  });
const same = { monitor_user: "qvd", monitor_password: KEPT };

it("is read as one that is to be kept", () => {
  expect(JSON.stringify(readConfiguration(CIB))).not.toContain("changeme");
  expect(readConfiguration(CIB).elements).toEqual(wanted(same).elements);
});

it("stays where its resource changes", () => {
  const text = formatXml(merge(CIB, wanted({ ...same, pgdb: "qvddb" })));
  expect(text).toContain('value="changeme"');
  expect(text).toContain('value="qvddb"');
  expect(text).not.toContain(KEPT);
});

it("goes where nobody wants it", () =>
  expect(formatXml(merge(CIB, wanted({ monitor_user: "qvd" })))).not.toContain("changeme"));

it("cannot be kept where it is not", () =>
  expect(() => merge(CIB, wanted({ ...same, monitor_token: KEPT }))).toThrow(
    /p_postgres: monitor_token is to be kept/,
  ));

it("is allowed as kept, and refused as such", () => {
  const found = (password: string): string[] => rules(wanted({ monitor_password: password })).map((f) => f.property);
  expect(found(KEPT)).not.toContain("elements.p_postgres.params.monitor_password");
  expect(found("changeme")).toContain("elements.p_postgres.params.monitor_password");
});
