import type { Finding } from "@qvd-ha/providers/dist/kind";
import { os as family } from "@qvd-ha/providers/dist/os";
import { fenceKinds, watchdogSeconds } from "./fencing";
import type { Settings } from "./schema";

/** Whether fencing goes by the hypervisors of the configuration. */
const byHypervisor = ({ fencing: f }: Settings): boolean =>
  fenceKinds(f).some((k) => k === "libvirt" || (k === "xvm" && f.xvm.transport === "tcp"));

const missing = (property: string, why: string): Finding => ({ property, reason: `is missing: ${why}` });

/** What a watchdog cannot do. */
function selfFencing(s: Settings): Finding[] {
  const { device } = s.quorum;
  const kinds = fenceKinds(s.fencing);
  if (!kinds.includes("sbd")) return [];
  return [
    ...(kinds.length > 1
      ? [
          {
            property: "fencing.fallback",
            reason:
              "a watchdog stands alone: nobody is asked and nobody answers, so there is nothing to try before or after it. Leave one of the kinds out",
          },
        ]
      : []),
    ...(device === undefined
      ? [
          {
            property: "fencing.kind",
            reason:
              "sbd needs a third vote: of two nodes that are split both would keep their quorum, and no watchdog would reset one. Set quorum.device, or choose another kind",
          },
        ]
      : watchdogSeconds(s) * 1000 <= device.syncTimeout
        ? [
            {
              property: "fencing.sbd.watchdogTimeout",
              reason: `${watchdogSeconds(s)} s must exceed quorum.device.syncTimeout, ${device.syncTimeout} ms: while the vote is waited for, no node has quorum, and both would be reset`,
            },
          ]
        : []),
  ];
}

/** That each kind has what it needs, and the operating system the agent. */
export function fencingRules(s: Settings): Finding[] {
  const kinds = fenceKinds(s.fencing);
  const { title, packages } = family(s.os);
  return [
    ...kinds.flatMap((k, i) =>
      kinds.indexOf(k) < i
        ? [{ property: `fencing.fallback[${i - 1}]`, reason: `${k} is tried already: name each kind once` }]
        : [],
    ),
    ...kinds.flatMap((k, i) =>
      k !== "libvirt" && packages.fencing[k] === undefined
        ? [
            {
              property: i === 0 ? "fencing.kind" : `fencing.fallback[${i - 1}]`,
              reason: `${k} has no agent in ${title}'s packages: choose another kind`,
            },
          ]
        : [],
    ),
    ...selfFencing(s),
    ...(s.hypervisors.length === 0 && (s.platform === "libvirt" || byHypervisor(s))
      ? [missing("hypervisors", "fencing needs the hypervisor of every node")]
      : []),
    ...(kinds.includes("xenapi") && !s.fencing.xenapi
      ? [missing("fencing.xenapi.url", "fence_xenapi must know where XenServer answers")]
      : []),
    ...(kinds.includes("ipmi") && !s.fencing.ipmi
      ? [missing("fencing.ipmi.user", "fence_ipmilan must know who may power the machines")]
      : []),
    ...(kinds.includes("ipmi")
      ? s.nodes.flatMap((n, i) =>
          n.ipmi
            ? []
            : [missing(`nodes[${i}].ipmi.address`, `fence_ipmilan must know the management board of ${n.name}`)],
        )
      : []),
    ...(s.fencing.xvm.group !== undefined && s.fencing.xvm.transport !== "multicast"
      ? [
          {
            property: "fencing.xvm.group",
            reason: `is for multicast, and transport is ${s.fencing.xvm.transport}: leave it out`,
          },
        ]
      : []),
  ];
}

/** Boards must be told apart: the one of the wrong machine would cut the power of the one that serves. */
export const boards = (s: Settings): { property: string; value: string }[] =>
  s.nodes.flatMap((n, i) =>
    n.ipmi ? [{ property: `nodes[${i}].ipmi`, value: `${n.ipmi.address}:${n.ipmi.port}` }] : [],
  );
