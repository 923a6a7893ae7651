import type { FailoverBound } from "@qvd-ha/providers/dist/pacemaker/bound";
import { failoverBound as bound } from "@qvd-ha/providers/dist/pacemaker/bound";
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
  const document = {
    properties: definitions.properties(s),
    resourceDefaults: definitions.resourceDefaults(s),
    elements: {
      ...(Object.fromEntries(fences) as object),
      p_drbd_postgres: primitive(definitions.drbd(s)),
      p_fs_postgres: primitive(definitions.fileSystem(s)),
      p_ip_postgres: primitive(definitions.address(s)),
      p_postgres: primitive(definitions.postgres(s)),
      ...(s.mail ? { p_mailto: primitive(definitions.mail(s, s.mail.to)) } : {}),
      g_postgres: {
        kind: "group",
        members: ["p_fs_postgres", "p_ip_postgres", "p_postgres", ...(s.mail ? ["p_mailto"] : [])],
      },
      ms_drbd_postgres: { kind: "clone", child: "p_drbd_postgres" },
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
    clone: "ms_drbd_postgres",
    group: "g_postgres",
    service: "p_postgres",
    tokenMs: s.corosync.token,
  });
}
