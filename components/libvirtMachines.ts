import * as command from "@pulumi/command";
import * as libvirt from "@pulumi/libvirt";
import * as pulumi from "@pulumi/pulumi";
import { KeyPair } from "@qvd-ha/providers/dist/dynamic";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { publicKeyOf } from "@qvd-ha/providers/dist/ssh/keyPair";
import type { HypervisorSettings, NodeSettings, Settings } from "./config";
import { ipOf, prefixOf } from "./config";
import { LibvirtNetworks } from "./libvirtNetworks";
import { LibvirtNode } from "./libvirtNode";

export interface LibvirtMachinesArgs {
  readonly settings: Settings;
  /** Private key that logs in to the machines. @default one made here */
  readonly loginKey?: pulumi.Input<string>;
}

/** Both machines as libvirt domains on one hypervisor: image, networks, a key pair per host and one to log in with, the domains. */
export class LibvirtMachines extends pulumi.ComponentResource {
  /** By node name. */
  readonly connections: Readonly<Record<string, pulumi.Output<Connection>>>;

  constructor(name: string, { settings, loginKey }: LibvirtMachinesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:libvirt:Machines", name, {}, opts);
    const parent = { parent: this };
    const machine = settings.machine as NonNullable<Settings["machine"]>;
    const hypervisor = settings.hypervisors[0] as HypervisorSettings;
    const provider = new libvirt.Provider(
      `${name}-${hypervisor.name}`,
      { uri: hypervisor.libvirtUri as string },
      parent,
    );
    const image = machine.image.build === undefined ? [] : [buildImage(machine.image.build)];
    const login = loginKey === undefined ? createLogin() : givenLogin(pulumi.secret(loginKey));
    const networks = createNetworks();
    this.connections = Object.fromEntries(settings.nodes.map((n) => [n.name, createNode(n)]));
    this.registerOutputs({});

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

    function createNetworks(): LibvirtNetworks {
      const lan = (settings.nodes[0] as NodeSettings).lan;
      const withCrossover = settings.nodes.some((n) => n.crossover !== undefined);
      return new LibvirtNetworks(
        `${name}-networks`,
        { lan: { address: `${hypervisor.address}/${prefixOf(lan)}` }, crossover: withCrossover ? {} : undefined },
        { ...parent, provider },
      );
    }

    function createNode(n: NodeSettings): pulumi.Output<Connection> {
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
          lan: { networkId: networks.lanId, address: n.lan, interface: n.lanInterface },
          crossover:
            n.crossover !== undefined && networks.crossoverId
              ? { networkId: networks.crossoverId, address: n.crossover, interface: n.crossoverInterface }
              : undefined,
          dataDisk: n.disk,
          ssh: { hostKeyPrivate: key.privateKey, hostKeyPublic: key.publicKey, authorizedKeys: [login.publicKey] },
          dataPolicy: settings.dataPolicy,
        },
        { ...parent, provider, dependsOn: image },
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
