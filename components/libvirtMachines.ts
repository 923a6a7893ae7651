import * as command from "@pulumi/command";
import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import { KeyPair } from "@qvd-ha/providers/dist/dynamic";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { publicKeyOf } from "@qvd-ha/providers/dist/ssh/publicKey";
import type { HypervisorSettings, NodeSettings, Settings } from "./config";
import { ipOf, prefixOf } from "./config";
import { hypervisorOf } from "./fenceDevices";
import { LibvirtNetworks } from "./libvirtNetworks";
import type { LibvirtNic } from "./libvirtNode";
import { LibvirtNode } from "./libvirtNode";

type Line = Pick<LibvirtNic, "networkId" | "bridge">;

/** What the machines' interfaces are put on. */
interface Lines {
  readonly lan: Line;
  readonly crossover?: Line;
}

const givenBridges = (b: { lan: string; crossover?: string }): Lines => ({
  lan: { bridge: b.lan },
  crossover: b.crossover === undefined ? undefined : { bridge: b.crossover },
});

export interface LibvirtMachinesArgs {
  readonly settings: Settings;
  /** Private key that logs in to the machines. @default one made here */
  readonly loginKey?: pulumi.Input<string>;
}

/**
 * Both machines as libvirt domains, on one hypervisor or on one each: image, networks where the hypervisors have no bridges for them, a key pair per machine
 * and one to log in with, the domains.
 */
export class LibvirtMachines extends pulumi.ComponentResource {
  /** By node name. */
  readonly connections: Readonly<Record<string, pulumi.Output<Connection>>>;

  constructor(name: string, { settings, loginKey }: LibvirtMachinesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:libvirt:Machines", name, {}, opts);
    const parent = { parent: this };
    const machine = settings.machine as NonNullable<Settings["machine"]>;
    const homes = settings.nodes.map((n) => hypervisorOf(settings, n) as HypervisorSettings);
    const providers = new Map([...new Set(homes)].map((h) => [h, connect(h)]));
    const image = machine.image.build === undefined ? [] : [buildImage(machine.image.build)];
    const login = loginKey === undefined ? createLogin() : givenLogin(pulumi.secret(loginKey));
    const lines = machine.bridges === undefined ? madeNetworks() : givenBridges(machine.bridges);
    this.connections = Object.fromEntries(
      settings.nodes.map((n, i) => [n.name, createNode(n, homes[i] as HypervisorSettings)]),
    );
    this.registerOutputs({});

    function connect(h: HypervisorSettings): libvirt.Provider {
      return new libvirt.Provider(`${name}-${h.name}`, { uri: h.libvirtUri as string }, parent);
    }

    /** An image has no state worth tracking: its path says what is in it, and the command makes it where it is missing. */
    function buildImage(create: string): command.local.Command {
      return new command.local.Command(
        `${name}-image`,
        { create, triggers: [machine.image.base], logging: command.local.Logging.Stderr },
        parent,
      );
    }

    function createLogin(): { publicKey: pulumi.Output<string>; privateKey: pulumi.Output<string> } {
      return new KeyPair(`${name}-login`, { comment: `${name} login` }, parent);
    }

    function givenLogin(privateKey: pulumi.Output<string>): ReturnType<typeof createLogin> {
      return { privateKey, publicKey: pulumi.unsecret(privateKey.apply(publicKeyOf)) };
    }

    /** Of the one hypervisor that there is: the rules have seen to it. */
    function madeNetworks(): Lines {
      const [hypervisor] = homes as [HypervisorSettings];
      const lan = (settings.nodes[0] as NodeSettings).lan;
      const withCrossover = settings.nodes.some((n) => n.crossover !== undefined);
      const networks = new LibvirtNetworks(
        `${name}-networks`,
        { lan: { address: `${hypervisor.address}/${prefixOf(lan)}` }, crossover: withCrossover ? {} : undefined },
        { ...parent, provider: providers.get(hypervisor) },
      );
      return {
        lan: { networkId: networks.lanId },
        crossover: networks.crossoverId === undefined ? undefined : { networkId: networks.crossoverId },
      };
    }

    function createNode(n: NodeSettings, home: HypervisorSettings): pulumi.Output<Connection> {
      const key = new KeyPair(`${n.name}-host-key`, { comment: n.name }, parent);
      const { pool, domainType, cpu, memoryMiB, vcpus, unsafeCache, consoleDirectory } = machine;
      const node = new LibvirtNode(
        n.name,
        {
          domainName: n.domain ?? n.name,
          pool,
          image: machine.image,
          domainType,
          cpu,
          memoryMiB,
          vcpus,
          unsafeCache,
          consoleFile: consoleDirectory === undefined ? undefined : `${consoleDirectory}/${n.name}.log`,
          lan: { ...lines.lan, address: n.lan, interface: n.lanInterface },
          crossover:
            n.crossover !== undefined && lines.crossover
              ? { ...lines.crossover, address: n.crossover, interface: n.crossoverInterface }
              : undefined,
          dataDisk: n.disk,
          ssh: { hostKeyPrivate: key.privateKey, hostKeyPublic: key.publicKey, authorizedKeys: [login.publicKey] },
          dataPolicy: settings.dataPolicy,
        },
        { ...parent, provider: providers.get(home), dependsOn: image },
      );
      return pulumi.secret(
        pulumi.output({
          host: ipOf(n.lan),
          port: 22,
          user: "root",
          hostKey: node.hostKey,
          privateKey: login.privateKey,
        }),
      );
    }
  }
}
