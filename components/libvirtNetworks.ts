import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import { networkStylesheet } from "./libvirtNode/stylesheet";

export interface LibvirtNetworksArgs {
  /** The network of the database's clients. */
  readonly lan: {
    /** Name of the network. @default lan */
    readonly name?: string;
    /** Name of its bridge, at most 15 characters. @default made by libvirt */
    readonly bridge?: string;
    /** The hypervisor's own address on it, the first of its network, as `172.20.64.1/24`. */
    readonly address: string;
  };
  /** The link between the nodes, on which the hypervisor has no address. @default none */
  readonly crossover?: {
    /** Name of the network. @default crossover */
    readonly name?: string;
    readonly bridge?: string;
  };
}

/** The provider gives the hypervisor the first address of a network and nothing else. @throws if `address` is another */
export function networkOf(address: string): string {
  const [ip = "", prefix = ""] = address.split("/");
  const bits = 32 - Number(prefix);
  const value = ip.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const base = Math.floor(value / 2 ** bits) * 2 ** bits;
  if (value !== base + 1) {
    throw new Error(
      `lan.address: ${address} is not the first address of its network, which is all that libvirt's provider can give`,
    );
  }
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".")}/${prefix}`;
}

/**
 * The HOWTO's two networks on one hypervisor (section 2.1): a LAN on which the hypervisor is the router, without DHCP, and an isolated
 * crossover. The hypervisor is the libvirt provider in `opts.provider`.
 */
export class LibvirtNetworks extends pulumi.ComponentResource {
  readonly lanId: pulumi.Output<string>;
  /** Undefined without a crossover. */
  readonly crossoverId?: pulumi.Output<string>;

  constructor(name: string, args: LibvirtNetworksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:libvirt:Networks", name, {}, opts);
    const { lan, crossover } = args;
    const own = { parent: this, deleteBeforeReplace: true };
    const common = { mode: "none", autostart: true, xml: { xslt: networkStylesheet } };

    const lanNetwork = new libvirt.Network(
      `${name}-lan`,
      {
        ...common,
        name: lan.name ?? "lan",
        bridge: lan.bridge,
        addresses: [networkOf(lan.address)],
        dhcp: { enabled: false },
        dns: { enabled: false },
      },
      own,
    );
    this.lanId = lanNetwork.id;
    if (crossover) {
      const link = new libvirt.Network(
        `${name}-crossover`,
        { ...common, name: crossover.name ?? "crossover", bridge: crossover.bridge },
        own,
      );
      this.crossoverId = link.id;
    }
    this.registerOutputs({ lanId: this.lanId, crossoverId: this.crossoverId });
  }
}
