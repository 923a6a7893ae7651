import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { networkOf } from "../../../components/libvirtNetworks";
import { metaData, networkConfig, userData } from "../../../components/libvirtNode/cloudInit";
import { kernelArguments } from "../../../components/libvirtNode/kernelArguments";

/** The provider's own splitKernelCmdLine (0.8.3), which decides whether a refresh sees a difference. */
function splitKernelCmdLine(line: string): Record<string, string>[] {
  const maps: Record<string, string>[] = [];
  let current: Record<string, string> = {};
  const bare: string[] = [];
  for (const word of line.split(" ")) {
    if (!word.includes("=")) {
      bare.push(word);
      continue;
    }
    const at = word.indexOf("=");
    const key = word.slice(0, at);
    if (key in current) {
      maps.push(current);
      current = {};
    }
    current[key] = word.slice(at + 1);
  }
  if (Object.keys(current).length > 0) maps.push(current);
  if (bare.length > 0) maps.push({ _: bare.join(" ") });
  return maps;
}

/** The provider's setCmdlineArgs: what it writes into the domain. */
const written = (maps: Record<string, string>[]): string =>
  maps
    .flatMap((map) => Object.entries(map).map(([k, v]) => (k === "_" ? v : `${k}=${v}`)))
    .sort()
    .join(" ");

describe("kernelArguments", () => {
  it("puts the lab's line into the provider's form", () => {
    expect(kernelArguments("root=/dev/vda ro console=ttyS0 net.ifnames=0 norandmaps")).toEqual([
      { console: "ttyS0", "net.ifnames": "0", root: "/dev/vda" },
      { _: "ro norandmaps" },
    ]);
  });

  it("keeps both of a repeated key", () => {
    expect(kernelArguments("console=tty0 console=ttyS0")).toEqual([{ console: "tty0" }, { console: "ttyS0" }]);
  });

  it("loses no word, and reads back from the domain as it was written", () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9.]{0,6}(=[a-z0-9/]{1,6})?$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const maps = kernelArguments(words.join("  "));
        const line = written(maps);
        expect(line.split(" ").sort()).toEqual([...words].sort());
        expect(splitKernelCmdLine(line)).toEqual(maps);
      }),
    );
  });
});

describe("cloud-init", () => {
  const args = {
    hostName: "qvddb1",
    hostKeyPrivate: "-----BEGIN\nkey\n",
    hostKeyPublic: "ssh-ed25519 AAAA",
    authorizedKeys: ["ssh-ed25519 BBBB"],
  };

  it("brings the host key, and lets nobody but root in, by key", () => {
    const [first, ...rest] = userData(args).split("\n");
    expect(first).toBe("#cloud-config");
    expect(JSON.parse(rest.join("\n"))).toMatchObject({
      hostname: "qvddb1",
      users: [],
      ssh_pwauth: false,
      ssh_keys: { ed25519_private: "-----BEGIN\nkey\n", ed25519_public: "ssh-ed25519 AAAA" },
      ssh_authorized_keys: ["ssh-ed25519 BBBB"],
    });
  });

  it("keeps the instance id when the content changes, or a running node would throw its identity away", () => {
    expect(JSON.parse(metaData("qvddb1"))).toEqual({ "instance-id": "qvddb1", "local-hostname": "qvddb1" });
  });

  it("gives every interface its static address, and a route only where there is a gateway", () => {
    const config = networkConfig([
      { name: "eth0", address: "172.20.64.91/24", gateway: "172.20.64.1" },
      { name: "eth1", address: "192.168.0.91/24" },
    ]);
    expect(JSON.parse(config)).toEqual({
      version: 2,
      ethernets: {
        eth0: { dhcp4: false, addresses: ["172.20.64.91/24"], routes: [{ to: "0.0.0.0/0", via: "172.20.64.1" }] },
        eth1: { dhcp4: false, addresses: ["192.168.0.91/24"] },
      },
    });
  });
});

describe("networkOf", () => {
  it.each([
    ["172.20.64.1/24", "172.20.64.0/24"],
    ["172.20.64.1/18", "172.20.64.0/18"],
    ["10.0.0.129/25", "10.0.0.128/25"],
  ])("%s lies in %s", (address, network) => expect(networkOf(address)).toBe(network));

  it.each(["172.20.64.2/24", "172.20.65.1/18"])("refuses %s, which the provider would silently replace", (address) =>
    expect(() => networkOf(address)).toThrow(/not the first address/),
  );
});

test("a data disk of another size is never another disk: the provider would replace it, without the data", async () => {
  await pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
  const { LibvirtNode } = await import("../../../components/libvirtNode");
  const options = new Map<string, pulumi.CustomResourceOptions>();
  new LibvirtNode(
    "qvddb1",
    {
      pool: "default",
      image: { base: "/base.qcow2" },
      lan: { networkId: "lan", address: "172.20.64.91/24" },
      dataDisk: { serial: "qvddb1-data", sizeGiB: 4 },
      ssh: { hostKeyPrivate: "key", hostKeyPublic: "ssh-ed25519 AAAA", authorizedKeys: [] },
    },
    {
      transformations: [
        ({ name, opts }) => {
          options.set(name, opts as pulumi.CustomResourceOptions);
          return undefined;
        },
      ],
    },
  );
  await new Promise((r) => setTimeout(r, 200));
  expect(options.get("qvddb1-data")?.ignoreChanges).toEqual(["size"]);
});
