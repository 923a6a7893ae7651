import type { FenceDevice } from "@qvd-ha/providers/dist/fencing/device";
import {
  externalLibvirt,
  fenceIpmilan,
  fenceQvdHa,
  fenceVirsh,
  fenceXenapi,
  fenceXvm,
} from "@qvd-ha/providers/dist/fencing/device";
import type { FenceKind } from "./config/fencing";
import { fenceKinds } from "./config/fencing";
import type { HypervisorSettings, NodeSettings, Settings } from "./config/schema";

// Fence devices as pure functions of the settings: the components make resources of them, the bound adds their time-outs up.

/** The hypervisor that runs a node. */
export const hypervisorOf = (s: Settings, n: NodeSettings): HypervisorSettings | undefined =>
  s.hypervisors.find((h) => h.name === n.hypervisor) ?? s.hypervisors[0];

const LIBVIRT_AGENTS = {
  fence_virsh: fenceVirsh,
  "external/libvirt": externalLibvirt,
  fence_qvd_ha: fenceQvdHa,
} as const;

export const domainOf = (n: NodeSettings): string => n.domain ?? n.name;

/** A device's place: the ids do not depend on what it is made of. */
export interface DevicePlace {
  readonly node: string;
  /** Ids in the CIB. */
  readonly id: string;
  readonly location: string;
}

export type NodeDevice = FenceDevice & DevicePlace;

/** The devices of one kind, one per node: what is tried before the next kind. */
export interface FenceLevel<D extends DevicePlace = NodeDevice> {
  readonly kind: FenceKind;
  /** From 1. */
  readonly index: number;
  readonly devices: readonly D[];
}

/** Where devices are to be, the first kind's under the HOWTO's ids. */
export const fencePlaces = (s: Settings): readonly FenceLevel<DevicePlace>[] =>
  fenceKinds(s.fencing).map((kind, i) => ({
    kind,
    index: i + 1,
    // A watchdog is no device that somebody could ask.
    devices: (kind === "sbd" ? [] : s.nodes).map(({ name }) => {
      const called = i === 0 ? `fence_${name}` : `fence_${name}_${kind}`;
      return { node: name, id: `p_${called}`, location: `l_${called}` };
    }),
  }));

function device(s: Settings, kind: Exclude<FenceKind, "sbd">, n: NodeSettings): FenceDevice {
  const { fencing } = s;
  const own = { node: n.name, timeoutSeconds: s.timers.fencing.off };
  // What a kind needs is there: the rules have seen to it.
  const hypervisor = hypervisorOf(s, n) as HypervisorSettings;
  switch (kind) {
    case "libvirt": {
      const { address, port, user: username } = hypervisor;
      const link = fencing.persistent ? { link: hypervisor.name } : {};
      return LIBVIRT_AGENTS[fencing.agent]({ ...own, domain: domainOf(n), address, port, username, ...link });
    }
    case "xvm": {
      const { transport, group, port } = fencing.xvm;
      const address = transport === "tcp" ? hypervisor.address : group;
      return fenceXvm({ ...own, domain: domainOf(n), transport, address, port });
    }
    case "xenapi": {
      const { url, user: username } = fencing.xenapi as NonNullable<typeof fencing.xenapi>;
      return fenceXenapi({ ...own, machine: domainOf(n), sessionUrl: url, username });
    }
    case "ipmi": {
      const { user: username, ...rest } = fencing.ipmi as NonNullable<typeof fencing.ipmi>;
      const { address, port } = n.ipmi as NonNullable<typeof n.ipmi>;
      return fenceIpmilan({ ...own, address, port, username, ...rest });
    }
  }
}

/** Every device there is to be, for settings that the rules have passed. */
export const fenceLevels = (s: Settings): readonly FenceLevel[] =>
  fencePlaces(s).map(({ kind, index, devices }) => ({
    kind,
    index,
    devices: kind === "sbd" ? [] : devices.map((d, i) => ({ ...d, ...device(s, kind, s.nodes[i] as NodeSettings) })),
  }));
