import type { WatchdogSpec } from "./spec";

export const MODULES = "/etc/modules-load.d/qvd-ha-watchdog.conf";
const HEADER = "# Managed by qvd-ha (fencing). Changes are overwritten.";

type Settings = Pick<WatchdogSpec, "device" | "timeoutSeconds">;

/** The packaged file's settings, with ours. No SBD_DEVICE: it is diskless. */
export const renderConfig = ({ device, timeoutSeconds }: Settings): string => `${HEADER}
SBD_PACEMAKER=yes
SBD_STARTMODE=always
SBD_DELAY_START=no
SBD_WATCHDOG_DEV=${device}
SBD_WATCHDOG_TIMEOUT=${timeoutSeconds}
SBD_TIMEOUT_ACTION=flush,reboot
SBD_MOVE_TO_ROOT_CGROUP=auto
SBD_SYNC_RESOURCE_STARTUP=yes
SBD_OPTS=
`;

export const renderModules = (module: string): string => `${HEADER}\n${module}\n`;

/** The inverse, of whoever's file: what is not there is left out. */
export function parseConfig(text: string): Partial<Settings> {
  const value = (name: string): string | undefined => new RegExp(`^${name}=(\\S+)$`, "m").exec(text)?.[1];
  const device = value("SBD_WATCHDOG_DEV");
  const seconds = value("SBD_WATCHDOG_TIMEOUT");
  return {
    ...(device === undefined ? {} : { device }),
    ...(seconds === undefined || !/^\d+$/.test(seconds) ? {} : { timeoutSeconds: Number(seconds) }),
  };
}

export const parseModules = (text: string): string | undefined => /^[^#\s]\S*$/m.exec(text)?.[0];
