import { CLIENT_CONFIG, SOCKETS } from "../client/paths";
import type { FenceLinkSpec } from "./spec";

type Hypervisor = FenceLinkSpec["hypervisors"][number];

export const unitOf = (hypervisor: string): string => `qvd-ha-fence-${hypervisor}.service`;
export const unitPath = (hypervisor: string): string => `/etc/systemd/system/${unitOf(hypervisor)}`;

/**
 * Keeps a connection open that runs nothing. A dead one is noticed within 6 s, and made anew for as long as it takes; while there is none, whoever would use it
 * connects by itself.
 */
export const renderUnit = ({
  name,
  user,
}: Hypervisor): string => `# Managed by qvd-ha (fencing). Changes are overwritten.
[Unit]
Description=Standing connection to the hypervisor ${name}, for fencing
After=network.target
StartLimitIntervalSec=0

[Service]
RuntimeDirectory=qvd-ha-fence
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=yes
# What a killed one left would keep its successor from listening.
ExecStartPre=-/bin/rm -f ${SOCKETS}/${name}
ExecStart=/usr/bin/ssh -F ${CLIENT_CONFIG} -o ControlMaster=yes -o ControlPath=${SOCKETS}/${name} -o ServerAliveInterval=2 -o ServerAliveCountMax=3 -l ${user} -N -T ${name}
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
`;

/** Who logs in, by an unchanged unit of ours. */
export function parseUnit(name: string, text: string): Hypervisor | undefined {
  const user = / -l (\S+) -N -T /.exec(text)?.[1];
  return user !== undefined && renderUnit({ name, user }) === text ? { name, user } : undefined;
}
