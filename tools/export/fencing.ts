import type { Configuration, Primitive } from "@qvd-ha/providers/dist/pacemaker/spec";
import { parseConfig, parseModules } from "@qvd-ha/providers/dist/fencing/watchdog/render";
import { passwordOf } from "@qvd-ha/providers/dist/fencing/secret/render";
import type { FenceKind, FencingSettings } from "../../components/config/fencing";
import { watchdogSeconds } from "../../components/config/fencing";
import type { SecretName } from "../../components/config/secrets";
import { FENCE_SECRETS } from "../../components/config/secrets";
import { defined, primitive, whole } from "./cluster";
import type { NodeFound } from "./facts";

// What fencing says of the keys that a stack has: whichever kinds there are, in the order in which they are tried.

/** Where a fence device goes: host as it is written there, user, port, domain. */
export interface FenceTarget {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  readonly domain?: string;
}

const AGENTS: Readonly<Record<string, Exclude<FenceKind, "sbd">>> = {
  "stonith:external/libvirt": "libvirt",
  "stonith:fence_virsh": "libvirt",
  "stonith:fence_qvd_ha": "libvirt",
  "stonith:fence_xvm": "xvm",
  "stonith:fence_virt": "xvm",
  "stonith:fence_xenapi": "xenapi",
  "stonith:fence_ipmilan": "ipmi",
};

interface Device {
  readonly id: string;
  readonly kind: Exclude<FenceKind, "sbd">;
  readonly primitive: Primitive;
}

/** A node's devices in the order of its levels; without levels there is one. */
function devicesOf(c: Configuration, node: string): Device[] {
  const levels = Object.values(c.elements)
    .flatMap((e) => (e.kind === "level" && e.target === node ? [e] : []))
    .sort((a, b) => a.index - b.index)
    .flatMap((l) => l.devices);
  return (levels.length > 0 ? levels : [`p_fence_${node}`]).flatMap((id) => {
    const p = primitive(c, id);
    const kind = p && AGENTS[p.agent];
    return kind ? [{ id, kind, primitive: p }] : [];
  });
}

/** The domain or virtual machine, as each agent calls it. */
const domainIn = ({ kind, primitive: { agent, params } }: Device): string | undefined =>
  kind === "ipmi"
    ? undefined
    : agent === "stonith:external/libvirt"
      ? (params.hostlist ?? "").split(/[\s,]+/)[0]?.split(":")[1]
      : (params.plug ?? params.port);

/** The hypervisor that is asked, where that is what the device needs to know. */
function targetOf(d: Device): FenceTarget | undefined {
  const { agent, params } = d.primitive;
  const domain = domainIn(d);
  if (agent === "stonith:external/libvirt") {
    const uri = /^qemu\+ssh:\/\/(?:([^@/]+)@)?([^/:?]+)(?::(\d+))?\//.exec(params.hypervisor_uri ?? "");
    return uri
      ? defined({ host: uri[2] as string, user: uri[1], port: uri[3] ? Number(uri[3]) : undefined, domain })
      : undefined;
  }
  const host = params.ip ?? params.ipaddr;
  if (host === undefined || !(d.kind === "libvirt" || transportOf(d.primitive) === "tcp")) return undefined;
  // The port of fence_virtd is none of SSH's.
  return d.kind === "xvm"
    ? defined({ host, domain })
    : defined({ host, user: params.username ?? params.login, port: whole(params.ipport), domain });
}

/** Undefined where it is no agent of fence_virtd. */
function transportOf({ agent, params }: Primitive): FencingSettings["xvm"]["transport"] | undefined {
  if (agent === "stonith:fence_xvm") return "multicast";
  if (agent !== "stonith:fence_virt") return undefined;
  return params.ipaddr === undefined ? "vsock" : "tcp";
}

/** Whether the device goes over a connection that the nodes keep open. */
const standing = (p: Primitive): boolean | undefined =>
  p.params.ssh_options?.includes("ControlPath=") ? true : undefined;

/** The keys of one kind, as the first node's device has them. */
function keysOf({ kind, primitive: p }: Device, manageKey: boolean): object {
  const { params } = p;
  switch (kind) {
    case "libvirt":
      return { agent: p.agent.replace(/^stonith:/, ""), manageKey, ...defined({ persistent: standing(p) }) };
    case "xvm":
      return {
        xvm: defined({
          transport: transportOf(p),
          group: params.multicast_address,
          port: whole(params.ipport),
        }),
      };
    case "xenapi":
      return { xenapi: defined({ url: params.session_url, user: params.username ?? params.login }) };
    case "ipmi":
      return {
        ipmi: defined({
          user: params.username ?? params.login,
          // The agent's own defaults where nothing is said.
          lanplus: ["1", "true", "yes", "on"].includes(params.lanplus ?? ""),
          privilege: params.privlvl ?? "administrator",
          cipher: whole(params.cipher),
        }),
      };
  }
}

/** The board of a node. */
const boardOf = (d: Device): object | undefined => {
  const address = d.primitive.params.ip ?? d.primitive.params.ipaddr;
  return d.kind === "ipmi" && address !== undefined
    ? defined({ address, port: whole(d.primitive.params.ipport) })
    : undefined;
};

/** Of watchdogs alone: Pacemaker waits for them, and nothing else is there. */
function watchdog(c: Configuration, first: NodeFound, syncTimeout: number | undefined): object | undefined {
  const waits = c.properties["stonith-watchdog-timeout"];
  if (waits === undefined || waits === "0") return undefined;
  const { device, timeoutSeconds } = parseConfig(first.sbd ?? "");
  const sbd = defined({ device, module: parseModules(first.watchdogModule ?? ""), watchdogTimeout: timeoutSeconds });
  // Said only where it is not what the program takes by itself.
  const byItself = watchdogSeconds({
    fencing: { sbd: { device: "" } },
    quorum: syncTimeout === undefined ? {} : { device: { syncTimeout } },
  });
  return { sbd: timeoutSeconds === byItself ? { ...sbd, watchdogTimeout: undefined } : sbd };
}

export interface FencingFound {
  /** The key `fencing`. */
  readonly settings: object;
  /** By node: the hypervisor, the domain, and the keys of `nodes[]` that fencing gives. */
  readonly nodes: Readonly<
    Record<string, { readonly target?: FenceTarget; readonly domain?: string; readonly ipmi?: object }>
  >;
  /** The device whose timers count. */
  readonly device: string;
  /** How long one fencing may take, every kind in its turn, in seconds. */
  readonly seconds: (off: number | undefined) => number;
  /** Secrets that a stack needs for it, and those that are in root's files on the nodes. */
  readonly needs: readonly SecretName[];
  readonly secrets: Readonly<Partial<Record<SecretName, string>>>;
}

/** @param syncTimeout of the third vote, in milliseconds */
export function fencingOf(
  c: Configuration,
  names: readonly string[],
  first: NodeFound,
  syncTimeout?: number,
): FencingFound {
  const devices = Object.fromEntries(names.map((n) => [n, devicesOf(c, n)]));
  const own = devices[names[0] as string] ?? [];
  const manageKey = first.fenceKey !== undefined;
  const guards = own.length === 0 ? watchdog(c, first, syncTimeout) : undefined;
  const kinds: FenceKind[] = guards ? ["sbd"] : own.map((d) => d.kind);
  const bearers = own.flatMap((d) => (d.kind === "libvirt" ? [] : [d.kind]));
  const read = {
    xvmKey: first.xvmKey,
    xenapiPassword: first.xenapi && passwordOf(first.xenapi),
    ipmiPassword: first.ipmi?.replace(/\n$/, ""),
  };
  const needs = bearers.map((k) => FENCE_SECRETS[k]);
  const resets =
    2 *
    watchdogSeconds({
      fencing: { sbd: { device: "", watchdogTimeout: parseConfig(first.sbd ?? "").timeoutSeconds } },
      quorum: syncTimeout === undefined ? {} : { device: { syncTimeout } },
    });
  return {
    settings: defined({
      kind: kinds[0],
      fallback: kinds.length > 1 ? kinds.slice(1) : undefined,
      // Without a device that is known it is as it was: what root's own ssh does there.
      ...(kinds.length === 0 ? { manageKey } : {}),
      ...Object.assign({}, ...own.map((d) => keysOf(d, manageKey))),
      ...guards,
    }),
    nodes: Object.fromEntries(
      names.map((n) => {
        const all = devices[n] ?? [];
        return [
          n,
          defined({
            target: all.map(targetOf).find(Boolean),
            domain: all.map(domainIn).find(Boolean),
            ipmi: all.map(boardOf).find(Boolean),
          }),
        ];
      }),
    ),
    device: own[0]?.id ?? `p_fence_${names[0]}`,
    seconds: (off) => (guards ? resets : (off ?? 60) * Math.max(1, kinds.length)),
    needs,
    secrets: defined(
      Object.fromEntries(needs.map((name) => [name, (read as Partial<Record<SecretName, string>>)[name] || undefined])),
    ),
  };
}
