import type { FailoverBound } from "@qvd-ha/providers/dist/pacemaker/bound";
import { failoverBound as bound } from "@qvd-ha/providers/dist/pacemaker/bound";
import { pacemakerSchema } from "@qvd-ha/providers/dist/pacemaker/spec";
import type { Settings } from "./config/schema";
import * as definitions from "./definitions";

/** The longest failover that the configured timers allow; with a finding where QVD would give up before. */
export function failoverBound(s: Settings): FailoverBound {
  const primitive = ({ awaits: _awaits, ...args }: ReturnType<typeof definitions.ping>): object => ({
    kind: "primitive",
    ...args,
  });
  const configuration = pacemakerSchema.parse({
    connections: {},
    properties: definitions.properties(s),
    resourceDefaults: definitions.resourceDefaults(s),
    elements: {
      p_fence: {
        kind: "primitive",
        agent: "stonith:fence_virsh",
        params: { pcmk_reboot_timeout: `${s.timers.fencing.off}s` },
      },
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
  });
  return bound({
    configuration,
    clone: "ms_drbd_postgres",
    group: "g_postgres",
    service: "p_postgres",
    tokenMs: s.corosync.token,
  });
}
