import { CLIENT_CONFIG, KEY_PATH } from "./client/paths";

/** A fence device as the CIB wants it: what stands behind `stonith:`, and its parameters. */
export interface FenceDevice {
  readonly agent: string;
  readonly params: Readonly<Record<string, string>>;
}

export interface FenceDeviceInput {
  /** The node that it fences. */
  readonly node: string;
  /** Its libvirt domain. */
  readonly domain: string;
  /** Address of the hypervisor, as `fenceClient` knows it. */
  readonly address: string;
  /** Default: 22. */
  readonly port?: number;
  /** Default: root. */
  readonly username?: string;
  /** Default: what `fenceClient` uses. */
  readonly identityFile?: string;
  /** Seconds for one off, on or reboot. Default: 60. */
  readonly timeoutSeconds?: number;
}

const DEFAULT_TIMEOUT_SECONDS = 60;

/** A node is off or on within this; the fencing timeout of the cluster must be larger. */
const timeouts = (seconds: number): Record<string, string> => ({
  pcmk_reboot_timeout: `${seconds}s`,
  pcmk_off_timeout: `${seconds}s`,
  pcmk_status_timeout: `${seconds}s`,
  pcmk_monitor_timeout: `${seconds}s`,
});

/**
 * `fence_virsh` over SSH with the forced command of `fenceAccess`.
 * `ssh_options` replaces the agent's own: our configuration alone counts (`-F`), and no remote shell is asked for.
 */
export function fenceVirsh(input: FenceDeviceInput): FenceDevice {
  const seconds = input.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  return {
    agent: "fence_virsh",
    params: {
      pcmk_host_list: input.node,
      pcmk_host_check: "static-list",
      plug: input.domain,
      ip: input.address,
      ...(input.port && input.port !== 22 ? { ipport: String(input.port) } : {}),
      username: input.username ?? "root",
      identity_file: input.identityFile ?? KEY_PATH,
      secure: "1",
      ssh_options: `-F ${CLIENT_CONFIG} -T`,
      // The agent's own 5 and 3 seconds are for a real machine that is idle; what really limits it are Pacemaker's, below.
      login_timeout: String(seconds),
      shell_timeout: String(seconds),
      power_timeout: String(seconds),
      ...timeouts(seconds),
    },
  };
}

/**
 * The HOWTO's own agent. Its `qemu+ssh` needs a shell on the hypervisor, so the key cannot be held to a forced command;
 * it takes three connections and a pause of 2 s for one reboot.
 */
export function externalLibvirt(input: FenceDeviceInput): FenceDevice {
  const seconds = input.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const port = input.port && input.port !== 22 ? `:${input.port}` : "";
  const key = encodeURIComponent(input.identityFile ?? KEY_PATH);
  return {
    agent: "external/libvirt",
    params: {
      pcmk_host_list: input.node,
      pcmk_host_check: "static-list",
      hostlist: `${input.node}:${input.domain}`,
      hypervisor_uri: `qemu+ssh://${input.username ?? "root"}@${input.address}${port}/system?keyfile=${key}`,
      ...timeouts(seconds),
    },
  };
}
