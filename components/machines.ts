import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import type { NodeSettings, Secrets, Settings } from "./config";
import { ipOf } from "./config";
import { LibvirtMachines } from "./libvirtMachines";

export interface MachinesArgs {
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/** The two machines, made or given; afterwards nobody needs to know which. */
export class Machines extends pulumi.ComponentResource {
  /** By node name. */
  readonly connections: Readonly<Record<string, pulumi.Output<Connection>>>;

  constructor(name: string, args: MachinesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:node:Machines", name, {}, opts);
    const { settings, secrets } = args;
    this.connections =
      settings.platform === "libvirt"
        ? new LibvirtMachines(`${name}-libvirt`, { settings, loginKey: secrets.sshPrivateKey }, { parent: this })
            .connections
        : Object.fromEntries(settings.nodes.map((n) => [n.name, givenMachine(n)]));
    this.registerOutputs({});

    function givenMachine(n: NodeSettings): pulumi.Output<Connection> {
      const { host = ipOf(n.lan), port = 22, user = "root", hostKey } = n.ssh as NonNullable<NodeSettings["ssh"]>;
      const privateKey = secrets.sshPrivateKey as pulumi.Output<string>;
      return pulumi.secret(pulumi.output({ host, port, user, hostKey, privateKey }));
    }
  }
}
