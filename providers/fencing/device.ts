import { CLIENT_CONFIG, KEY_PATH, SOCKETS } from "./client/paths";
import { IPMI_TOOL, XENAPI_PASSWORD_SCRIPT, XVM_KEY } from "./secret/paths";

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
  /** Hypervisor whose standing connection (`fenceLink`) is to be used while there is one. Default: none. */
  readonly link?: string;
}

const DEFAULT_TIMEOUT_SECONDS = 60;

/** A node is off or on within this; the fencing timeout of the cluster must be larger. */
const timeouts = (seconds: number): Record<string, string> => ({
  pcmk_reboot_timeout: `${seconds}s`,
  pcmk_off_timeout: `${seconds}s`,
  pcmk_status_timeout: `${seconds}s`,
  pcmk_monitor_timeout: `${seconds}s`,
});

/** Our configuration alone counts (`-F`), and no remote shell is asked for. */
const sshOptions = (link: string | undefined): string =>
  `-F ${CLIENT_CONFIG}${link === undefined ? "" : ` -o ControlPath=${SOCKETS}/${link}`} -T`;

/**
 * Whom a device fences: the node by this list, the machine by the device's own parameters. Pacemaker would add the node's name as `port` where an agent's metadata still names that: fence_virt and
 * fence_xvm then refuse to do anything, and the agents in Python take whichever of the two comes last, which is another machine where the domain is called otherwise.
 */
const fences = (node: string): Record<string, string> => ({
  pcmk_host_list: node,
  pcmk_host_check: "static-list",
  pcmk_host_argument: "none",
});

/** What an agent needs to reach the forced command of `fenceAccess`. */
const overSsh = (input: FenceDeviceInput): Record<string, string> => ({
  ...fences(input.node),
  plug: input.domain,
  ip: input.address,
  ...(input.port && input.port !== 22 ? { ipport: String(input.port) } : {}),
  username: input.username ?? "root",
  identity_file: input.identityFile ?? KEY_PATH,
  ssh_options: sshOptions(input.link),
});

/**
 * `fence_virsh` over SSH with the forced command of `fenceAccess`.
 * `ssh_options` replaces the agent's own.
 */
export function fenceVirsh(input: FenceDeviceInput): FenceDevice {
  const seconds = input.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  return {
    agent: "fence_virsh",
    params: {
      ...overSsh(input),
      secure: "1",
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

/** What every device says of whom it fences, and how long it may take. */
const common = (node: string, seconds: number): Record<string, string> => ({
  ...fences(node),
  ...timeouts(seconds),
});

export interface XvmInput extends Pick<FenceDeviceInput, "node" | "domain" | "timeoutSeconds"> {
  /** How fence_virtd listens. */
  readonly transport: "multicast" | "tcp" | "vsock";
  /** Of the hypervisor for `tcp`, the group's for `multicast`, the context's number for `vsock`. Default: what the agent has. */
  readonly address?: string;
  /** Default: 1229. */
  readonly port?: number;
}

/** The hypervisor's own context, seen from every guest. */
const VSOCK_HOST = "2";
const XVM_ADDRESS = { multicast: "multicast_address", tcp: "ipaddr", vsock: "vsock" } as const;

/** fence_virtd on the hypervisor, asked by one message: `fence_xvm` by multicast, `fence_virt` by the two others. The key file is root's on the nodes. */
export function fenceXvm({ node, domain, transport, address, port, timeoutSeconds }: XvmInput): FenceDevice {
  const seconds = timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const where = address ?? (transport === "vsock" ? VSOCK_HOST : undefined);
  return {
    agent: transport === "multicast" ? "fence_xvm" : "fence_virt",
    params: {
      ...common(node, seconds),
      plug: domain,
      key_file: XVM_KEY,
      ...(where === undefined ? {} : { [XVM_ADDRESS[transport]]: where }),
      ...(port === undefined || port === 1229 ? {} : { ipport: String(port) }),
      timeout: String(seconds),
    },
  };
}

export interface XenapiInput extends Pick<FenceDeviceInput, "node" | "timeoutSeconds"> {
  /** Name or UUID of its virtual machine. */
  readonly machine: string;
  /** Of the pool's master, as in https://xen1. */
  readonly sessionUrl: string;
  readonly username: string;
}

/** XenServer and XCP-ng over XenAPI (HOWTO section 10.3.2); the password comes from a script of root's on the nodes. */
export function fenceXenapi({ node, machine, sessionUrl, username, timeoutSeconds }: XenapiInput): FenceDevice {
  const seconds = timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  return {
    agent: "fence_xenapi",
    params: {
      ...common(node, seconds),
      plug: machine,
      session_url: sessionUrl,
      username,
      password_script: XENAPI_PASSWORD_SCRIPT,
      login_timeout: String(seconds),
      shell_timeout: String(seconds),
      power_timeout: String(seconds),
    },
  };
}

export interface IpmiInput extends Pick<FenceDeviceInput, "node" | "timeoutSeconds"> {
  /** Of the management board. */
  readonly address: string;
  /** Default: 623. */
  readonly port?: number;
  readonly username: string;
  /** IPMI 2.0; without it 1.5, which sends without encryption. */
  readonly lanplus: boolean;
  readonly privilege: "administrator" | "operator";
  /** Number of the cipher suite. Default: ipmitool's. */
  readonly cipher?: number;
}

/** Off and on apart, each verified: `chassis power cycle` does nothing to a machine that is off. The password comes from a file of root's on the nodes. */
export function fenceIpmilan(input: IpmiInput): FenceDevice {
  const seconds = input.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  return {
    agent: "fence_ipmilan",
    params: {
      ...common(input.node, seconds),
      ip: input.address,
      ...(input.port === undefined || input.port === 623 ? {} : { ipport: String(input.port) }),
      username: input.username,
      lanplus: input.lanplus ? "1" : "0",
      privlvl: input.privilege,
      ...(input.cipher === undefined ? {} : { cipher: String(input.cipher) }),
      method: "onoff",
      ipmitool_path: IPMI_TOOL,
      login_timeout: String(seconds),
      shell_timeout: String(seconds),
      power_timeout: String(seconds),
    },
  };
}

/** Our own agent (`agents`), which the forced command of `fenceAccess` answers in one message. */
export function fenceQvdHa(input: FenceDeviceInput): FenceDevice {
  const seconds = input.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  return {
    agent: "fence_qvd_ha",
    params: {
      ...overSsh(input),
      power_timeout: String(seconds),
      ...timeouts(seconds),
    },
  };
}
