import type { Fact } from "../fact";
import { sh } from "../remote";
import type { Prediction } from "../step";
import { merge, parseCib } from "./cib";
import { bothOf, predict, SEPARATOR } from "./effects";
import { partOf } from "./read";
import type { Configuration, PacemakerSpec } from "./spec";
import { element, formatXml } from "./xml";
import type { Xml } from "./xml";

/** A schema that every supported version knows, with today's names of roles. */
const SCHEMA = "pacemaker-3.7";
/** Not newer than that of the oldest supported version. */
const FEATURES = "3.13.0";

/** What a node of a healthy cluster says of itself: it may promote what can be promoted, and reaches what is pinged. */
function attributes(c: Configuration): Record<string, string> {
  const clones = Object.values(c.elements).flatMap((e) =>
    e.kind === "clone" && e.meta["promotable"] === "true" ? [[`master-${e.child}`, "10000"]] : [],
  );
  const pings = Object.values(c.elements).flatMap((e) =>
    e.kind === "primitive" && e.agent === "ocf:pacemaker:ping"
      ? [
          [
            e.params["name"] ?? "pingd",
            String(Number(e.params["multiplier"] ?? "1") * (e.params["host_list"] ?? "").split(/\s+/).length),
          ],
        ]
      : [],
  );
  return Object.fromEntries([...clones, ...pings]) as Record<string, string>;
}

function member(uname: string, id: string, values: Readonly<Record<string, string>>): Xml {
  const pairs = Object.entries(values).map(([name, value]) =>
    element("nvpair", { id: `status-${id}-${name}`, name, value }),
  );
  return element(
    "node_state",
    { id, uname, in_ccm: "true", crmd: "online", "crm-debug-origin": "rehearsal", join: "member", expected: "member" },
    [
      element("transient_attributes", { id }, [element("instance_attributes", { id: `status-${id}` }, pairs)]),
      element("lrm", { id }, [element("lrm_resources")]),
    ],
  );
}

/** A cluster of the spec's nodes, all online, nothing started yet, without a configuration of ours. */
function bare(nodes: readonly string[], c: Configuration): Xml {
  const ids = nodes.map((n, i) => [n, String(i + 1)] as const);
  return element(
    "cib",
    {
      crm_feature_set: FEATURES,
      "validate-with": SCHEMA,
      epoch: "1",
      num_updates: "0",
      admin_epoch: "0",
      "have-quorum": "1",
      "dc-uuid": "1",
    },
    [
      element("configuration", {}, [
        element("crm_config"),
        element(
          "nodes",
          {},
          ids.map(([uname, id]) => element("node", { id, uname })),
        ),
        element("resources"),
        element("constraints"),
      ]),
      element(
        "status",
        {},
        ids.map(([n, id]) => member(n, id, attributes(c))),
      ),
    ],
  );
}

/** The new configuration with an empty status, to be filled with that of the healthy cluster. */
const unfilled = (xml: Xml): Xml => ({
  ...xml,
  children: xml.children.map((x) => (x.name === "status" ? element("status") : x)),
});

/** Asks the scheduler of this machine: first it brings the old configuration up from nothing, then it gets the new one. Agents, and what the cluster really is like, are not in it. */
export function rehearse(old: PacemakerSpec, wanted: PacemakerSpec): Fact<Prediction> {
  const nodes = Object.keys(wanted.connections);
  const [now, next] = [partOf(old), partOf(wanted)];
  const from = parseCib(formatXml(bare(nodes, now)));
  const cold = formatXml(merge(from, now));
  const script = sh`command -v crm_simulate >/dev/null || exit 127
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
head -c ${Buffer.byteLength(cold)} >"$d/cold.xml"
cat >"$d/new.xml"
crm_simulate --simulate --xml-file "$d/cold.xml" --save-output "$d/healthy.xml" >/dev/null
{
  sed '/<status\/>/,$d' "$d/new.xml"
  sed -n '/<status>/,/<\/status>/p' "$d/healthy.xml"
  echo '</cib>'
} >"$d/next.xml"
crm_simulate --simulate --xml-file "$d/healthy.xml" --output-as=xml
echo ${SEPARATOR}
crm_simulate --simulate --xml-file "$d/next.xml" --output-as=xml`;
  return {
    command: { script, stdin: cold + formatXml(unfilled(merge(from, next))), timeoutSeconds: 30 },
    parse: ({ stdout, stderr, code }) => predict(...bothOf(stdout, stderr, code), now, next, true),
  };
}
