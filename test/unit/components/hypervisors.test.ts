import * as pulumi from "@pulumi/pulumi";
import type { SettingsInput } from "../../../components/config";
import valid from "../config/valid.json";
import type { Registered } from "./graph";
import { register } from "./graph";

// Proves what the program asks the engine for on one hypervisor and on two: who makes which machine, on which network, and at whom fencing aims.
// That libvirt and the agents do it is for test/e2e/hypervisors.

const {
  nodes,
  platform: _platform,
  hypervisors: _given,
  ...rest
} = valid as unknown as Record<string, unknown> & { nodes: { name: string; ssh?: object }[] };
const host = (name: string, last: number): object => ({
  name,
  address: `172.20.64.${last}`,
  hostKey: `ssh-ed25519 AAAA${last}`,
  libvirtUri: `qemu+ssh://${name}/system`,
});
const on = (homes: readonly string[]): object[] =>
  nodes.map(({ ssh: _ssh, ...n }, i) => ({ ...n, ...(homes[i] ? { hypervisor: homes[i] } : {}) }));

const settings = (homes: readonly string[], machine: object, hypervisors: object[]): SettingsInput =>
  ({
    ...rest,
    platform: "libvirt",
    nodes: on(homes),
    machine: { image: { base: "/images/base.qcow2" }, ...machine },
    hypervisors,
  }) as unknown as SettingsInput;

const made = (s: SettingsInput): Promise<Registered[]> =>
  register(s, { hypervisorPrivateKey: pulumi.secret("given-hypervisor-key") });

const of = (all: Registered[], type: string): Registered[] => all.filter((r) => r.type === type);
const nics = (r: Registered): Record<string, unknown>[] => r.inputs.networkInterfaces as Record<string, unknown>[];
const params = (all: Registered[], id: string): Record<string, string> =>
  (
    of(all, "pulumi-nodejs:dynamic/pacemaker:Configuration")[0]?.inputs.elements as Record<
      string,
      { params: Record<string, string> }
    >
  )[id]?.params as Record<string, string>;
/** Name of what makes a resource. */
const maker = (r: Registered): string => /::([^:]+)::[^:]+$/.exec(r.provider ?? "")?.[1] ?? "";

test("on one hypervisor the program makes two networks, and both machines by one provider", async () => {
  const all = await made(settings([], {}, [host("aries", 1)]));
  expect(of(all, "pulumi:providers:libvirt").map((r) => [r.name, r.inputs.uri])).toEqual([
    ["qvddb-machines-libvirt-aries", "qemu+ssh://aries/system"],
  ]);
  expect(
    of(all, "libvirt:index/network:Network")
      .map((r) => r.name)
      .sort(),
  ).toEqual(["qvddb-machines-libvirt-networks-crossover", "qvddb-machines-libvirt-networks-lan"]);
  for (const domain of of(all, "libvirt:index/domain:Domain"))
    expect(nics(domain).map((n) => Object.keys(n).filter((k) => n[k] !== undefined))).toEqual([
      ["networkId"],
      ["networkId"],
    ]);
}, 60_000);

describe("on two hypervisors", () => {
  let all: Registered[];
  beforeAll(async () => {
    all = await made(
      settings(["taurus", "aries"], { bridges: { lan: "br-lan", crossover: "br-cx" } }, [
        host("aries", 1),
        host("taurus", 2),
      ]),
    );
  }, 60_000);

  it("each makes its own machine, disks and cloud-init included, by a provider of its own", () => {
    const makers = all
      .filter((r) => /^libvirt:index\/(domain|volume|cloudinitDisk):/.test(r.type))
      .map((r) => [r.name.split("-")[0], maker(r)]);
    expect(makers.length).toBe(8);
    for (const [node, by] of makers)
      expect(by).toBe(node === "qvddb1" ? "qvddb-machines-libvirt-taurus" : "qvddb-machines-libvirt-aries");
  });

  it("the machines are on the given bridges, and no network is made", () => {
    expect(of(all, "libvirt:index/network:Network")).toEqual([]);
    for (const domain of of(all, "libvirt:index/domain:Domain"))
      expect(nics(domain).map((n) => [n.bridge, n.networkId])).toEqual([
        ["br-lan", undefined],
        ["br-cx", undefined],
      ]);
  });

  it("fencing aims at the hypervisor of the node", () => {
    expect(params(all, "p_fence_qvddb1")).toMatchObject({ ip: "172.20.64.2", plug: "qvddb1" });
    expect(params(all, "p_fence_qvddb2")).toMatchObject({ ip: "172.20.64.1", plug: "qvddb2" });
  });

  it("the key may power on each hypervisor only what runs there, and the nodes know both host keys", () => {
    expect(of(all, "pulumi-nodejs:dynamic/fencing:Access").map((r) => [r.name, r.inputs.domains])).toEqual([
      ["qvddb-fencing-access-taurus", ["qvddb1"]],
      ["qvddb-fencing-access-aries", ["qvddb2"]],
    ]);
    expect(of(all, "pulumi-nodejs:dynamic/fencing:Client")[0]?.inputs.hypervisors).toEqual([
      { name: "taurus", address: "172.20.64.2", port: 22, hostKey: "ssh-ed25519 AAAA2" },
      { name: "aries", address: "172.20.64.1", port: 22, hostKey: "ssh-ed25519 AAAA1" },
    ]);
  });
});
