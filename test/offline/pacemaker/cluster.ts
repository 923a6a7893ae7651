import { parseCib } from "../../../providers/pacemaker/cib";
import { merge } from "../../../providers/pacemaker/cib";
import type { Configuration } from "../../../providers/pacemaker/spec";
import { formatXml } from "../../../providers/pacemaker/xml";

/** A resource operation that the cluster remembers: `[resource, operation, node's exit code]`. */
export interface NodeState {
  /** Default: member. */
  readonly state?: "member" | "offline" | "lost";
  /** Transient attributes, such as promotion scores and ping's. */
  readonly attributes?: Readonly<Record<string, string>>;
}

const NODES = ["qvddb1", "qvddb2"];

function nodeState(name: string, id: number, s: NodeState): string {
  const attributes = Object.entries(s.attributes ?? {})
    .map(([k, v]) => `<nvpair id="status-${id}-${k}" name="${k}" value="${v}"/>`)
    .join("");
  const up = s.state === undefined || s.state === "member";
  const state = up
    ? 'in_ccm="true" crmd="online" join="member" expected="member"'
    : s.state === "offline"
      ? 'in_ccm="false" crmd="offline" join="down" expected="down"'
      : 'in_ccm="false" crmd="offline" join="down" expected="member"';
  const transient = `<transient_attributes id="${id}"><instance_attributes id="status-${id}">${attributes}</instance_attributes></transient_attributes>`;
  return `<node_state id="${id}" uname="${name}" ${state}>${transient}<lrm id="${id}"><lrm_resources/></lrm></node_state>`;
}

/** A cluster without resources, as it is before the first commit. */
export function bareCib(schema: string, states: Readonly<Record<string, NodeState>> = {}): string {
  const nodes = NODES.map((n, i) => `<node id="${i + 1}" uname="${n}"/>`).join("");
  const status = NODES.map((n, i) => nodeState(n, i + 1, states[n] ?? {})).join("");
  return `<cib crm_feature_set="3.16.1" validate-with="${schema}" epoch="5" num_updates="3" admin_epoch="0" have-quorum="1" dc-uuid="1">
  <configuration>
    <crm_config>
      <cluster_property_set id="cib-bootstrap-options">
        <nvpair id="cib-bootstrap-options-have-watchdog" name="have-watchdog" value="false"/>
        <nvpair id="cib-bootstrap-options-dc-version" name="dc-version" value="2.1.5-a3f44794f94"/>
        <nvpair id="cib-bootstrap-options-cluster-infrastructure" name="cluster-infrastructure" value="corosync"/>
        <nvpair id="cib-bootstrap-options-cluster-name" name="cluster-name" value="qvddb"/>
      </cluster_property_set>
    </crm_config>
    <nodes>${nodes}</nodes>
    <resources/>
    <constraints/>
  </configuration>
  <status>${status}</status>
</cib>
`;
}

/** The bare cluster with a configuration of ours in it. */
export const cibWith = (
  c: Configuration,
  schema = "pacemaker-3.9",
  states: Readonly<Record<string, NodeState>> = {},
): string => formatXml(merge(parseCib(bareCib(schema, states)), c));
