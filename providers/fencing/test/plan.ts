import { Secret, sh } from "../../remote";
import type { Sh } from "../../remote";
import type { Plan, Step } from "../../step";
import { nothing, plan as planOf } from "../../step";
import { STAMP_DIR } from "./read";
import type { TestSeen } from "./read";
import { renderParams, stampOf } from "./render";
import type { FenceTestCase, FenceTestSpec } from "./spec";

const stamp = (name: string): Sh => sh`mkdir -p ${STAMP_DIR}; : >${`${STAMP_DIR}/${name}`}`;

/** A plug that no device has. */
const NOBODY = "qvd-ha-nobody";

/** One that says yes to this as well says yes to everything, and would say so of a node that still writes. Agents without a plug have nothing else to be asked for. */
const control = (spec: FenceTestSpec, test: FenceTestCase, seconds: number): Sh =>
  test.params["plug"] === undefined
    ? sh``
    : sh`
if sed ${`s/^plug=.*/plug=${NOBODY}/`} <<<"$params" | timeout ${seconds} ${spec.agent} >/dev/null 2>&1; then
  echo "device ${test.device} says that ${NOBODY} is on, which does not exist: it says yes whatever it is asked, and fences nobody" >&2
  exit 1
fi`;

/** Exit 2 is a node that is off: the device answers, but a node of a cluster that is being declared up has to be on. */
const fenceAgent = (spec: FenceTestSpec, test: FenceTestCase, seconds: number): Sh => sh`
params=$(cat)
rc=0; said=$(timeout ${seconds} ${spec.agent} <<<"$params" 2>&1) || rc=$?
case $rc in
0) ;;
2) echo "device ${test.device} answers that ${test.node} is off: $said" >&2; exit 1 ;;
124) echo "device ${test.device} for ${test.node} did not answer in ${seconds} s: $said" >&2; exit 1 ;;
*) echo "device ${test.device} for ${test.node} failed with status $rc: $said" >&2; exit 1 ;;
esac${control(spec, test, seconds)}
${stamp(stampOf(spec, test))}`;

/** cluster-glue's agents get parameters by the environment, which the node's process list does not show to others. They have no status of one node. */
const external = (spec: FenceTestSpec, test: FenceTestCase, seconds: number): Sh => sh`
while IFS= read -r line; do export "$line"; done
export PATH="$PATH:/usr/share/cluster-glue" HA_LOGTAG=qvd-ha
plugin=/usr/lib/stonith/plugins/${spec.agent}
[ -x "$plugin" ] || plugin=/usr/lib64/stonith/plugins/${spec.agent}
rc=0; said=$(timeout ${seconds} "$plugin" status 2>&1 </dev/null) || rc=$?
[ $rc = 0 ] || { echo "device ${test.device} for ${test.node} failed with status $rc: $said" >&2; exit 1; }
${stamp(stampOf(spec, test))}`;

const step = (spec: FenceTestSpec, test: FenceTestCase): Step => ({
  node: test.from,
  waits: true,
  reason: `ask ${test.device} for the state of ${test.node}, as fencing it would`,
  command: {
    script: (spec.agent.startsWith("external/") ? external : fenceAgent)(spec, test, spec.timeoutSeconds),
    stdin: new Secret(renderParams(test)),
    timeoutSeconds: 2 * spec.timeoutSeconds + 30,
  },
});

export function plan(wanted: FenceTestSpec, seen: TestSeen): Plan {
  const due = wanted.tests.filter((test) => !seen[test.from]?.passed.includes(stampOf(wanted, test)));
  return planOf([due.map((test) => step(wanted, test))], "every device has answered");
}

export function remove(_spec: FenceTestSpec, seen: TestSeen): Plan {
  const nodes = Object.entries(seen).filter(([, { passed }]) => passed.length > 0);
  if (nodes.length === 0) return nothing("no test has left a trace");
  return planOf([
    nodes.map(([node]) => ({
      node,
      reason: "forget which fence devices were tested",
      command: { script: sh`rm -rf ${STAMP_DIR}` },
    })),
  ]);
}
