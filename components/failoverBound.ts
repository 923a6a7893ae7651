import type { FailoverBound } from "@qvd-ha/providers/dist/pacemaker/bound";
import { failoverBound as bound } from "@qvd-ha/providers/dist/pacemaker/bound";
import { layoutOf } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { pacemakerSchema } from "@qvd-ha/providers/dist/pacemaker/spec";
import { mergePatch } from "./config/mergePatch";
import type { Settings } from "./config/schema";
import * as definitions from "./definitions";
import { fencePlaces } from "./fenceDevices";

/** The longest failover that the configured timers allow; with a finding where QVD would give up before. */
export function failoverBound(s: Settings): FailoverBound {
  const primitive = ({ awaits: _awaits, ...args }: ReturnType<typeof definitions.ping>): object => ({
    kind: "primitive",
    ...args,
  });
  const fences = fencePlaces(s).flatMap((l) =>
    l.devices.flatMap(({ node, id }) => [
      [
        id,
        { kind: "primitive", agent: `stonith:${l.kind}`, params: { pcmk_reboot_timeout: `${s.timers.fencing.off}s` } },
      ],
      [`${id}_level`, { kind: "level", target: node, index: l.index, devices: [id] }],
    ]),
  );
  const ids = layoutOf(s.layout);
  const document = {
    properties: definitions.properties(s),
    resourceDefaults: definitions.resourceDefaults(s),
    elements: {
      ...(Object.fromEntries(fences) as object),
      [ids.drbd]: primitive(definitions.drbd(s)),
      [ids.fileSystem]: primitive(definitions.fileSystem(s)),
      [ids.address]: primitive(definitions.address(s)),
      [ids.postgres]: primitive(definitions.postgres(s)),
      ...(s.mail ? { [ids.mail]: primitive(definitions.mail(s, s.mail.to)) } : {}),
      [ids.group]: { kind: "group", members: definitions.groupMembers(s) },
      ...(s.cluster.addressBeside
        ? { o_ip_on_drbd: { kind: "colocation", ...definitions.besideConstraints(s).o_ip_on_drbd } }
        : {}),
      [ids.drbdClone]: { kind: "clone", child: ids.drbd },
    },
  };
  // Elements that are not among these take no part in a failover.
  const elements = Object.entries(s.cib.elements).filter(([id]) => id in document.elements);
  const patched = mergePatch(document, { ...s.cib, elements: Object.fromEntries(elements) }) as object;
  const parsed = pacemakerSchema.safeParse({ connections: {}, ...patched });
  if (!parsed.success) {
    const reason = parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("\n");
    return { terms: [], total: 0, howto: 0, finding: { property: "cib", reason } };
  }
  const configuration = parsed.data;
  return bound({
    configuration,
    clone: ids.drbdClone,
    group: ids.group,
    service: ids.postgres,
    tokenMs: s.corosync.token,
    voteMs: s.quorum.device?.syncTimeout,
    ...(s.corosync.consensus === undefined ? {} : { consensusMs: s.corosync.consensus }),
  });
}
