import * as pulumi from "@pulumi/pulumi";
import valid from "../../config/valid.json";
import type { Edge } from "./tree";
import { shown } from "./tree";

// A process of its own, as Pulumi serialises the dynamic providers, which it cannot do inside jest. Prints what the program registers, as JSON.

const label = (r: pulumi.Resource | undefined): string => {
  const { __pulumiType: type = "", __name: name = "" } = (r ?? {}) as { __pulumiType?: string; __name?: string };
  return r === undefined || type === "pulumi:pulumi:Stack" ? "" : `${shown(type)} ${name}`;
};

async function program(): Promise<Edge[]> {
  const found: Edge[] = [];
  const made = { result: "x", base64: "QUJD", publicKey: "ssh-ed25519 AAAA", privateKey: "x", device: "/dev/x" };
  await pulumi.runtime.setMocks(
    {
      newResource: (a) => ({ id: `${a.name}-id`, state: { ...made, ...a.inputs } }),
      call: (a) => a.inputs as Record<string, unknown>,
    },
    "qvd-ha",
    "dev",
    false,
  );
  const { QvdDatabase } = await import("../../../../components/qvdDatabase");
  const nodes = valid.nodes.map(({ ssh: _ssh, ...n }) => n);
  const hypervisors = valid.hypervisors.map((h) => ({ ...h, libvirtUri: "qemu:///system" }));
  const machine = { image: { base: "/base.qcow2", build: "make it" } };
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      found.push([label(opts.parent), shown(type), name]);
      return undefined;
    });
    const secrets = { hypervisorPrivateKey: pulumi.secret("x") };
    new QvdDatabase("qvddb", { ...valid, platform: "libvirt", nodes, hypervisors, machine, secrets });
    return {};
  });
  return found;
}

program().then(
  (edges) => process.stdout.write(JSON.stringify(edges), () => process.exit(0)),
  (e) => {
    console.error(e);
    process.exit(1);
  },
);
