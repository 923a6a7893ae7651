import { join } from "node:path";
import { parse } from "../../../components/config";
import type { Settings } from "../../../components/config";
import { clashes } from "../../../tools/stacks/clashes";
import { readStacks } from "../../../tools/stacks/read";
import valid from "../config/valid.json";
import cases from "./cases.json";

// Proves which values two stacks' files must not share, and that each clash names both stacks and both keys. What two clusters share on machines
// that no file names, such as a switch's VLAN, is not seen.

type Keys = Record<string, unknown>;

/** A cluster beside the one of valid.json, with nothing of it but the hypervisor. */
const OTHER: Keys = {
  "database.address": "172.20.64.80/24",
  "database.hostName": "qvddb-b",
  "corosync.clusterName": "qvd-ha-b",
  "nodes.0.name": "qvddb3",
  "nodes.1.name": "qvddb4",
  "nodes.0.lan": "172.20.64.81/24",
  "nodes.1.lan": "172.20.64.82/24",
  "nodes.0.crossover": "192.168.0.81/24",
  "nodes.1.crossover": "192.168.0.82/24",
  "hypervisors.0.fenceCommand": "/usr/local/sbin/qvd-ha-fence-b",
};
const GUESTS: Keys = {
  platform: "libvirt",
  machine: { image: { base: "/images/base.qcow2" } },
  "hypervisors.0.libvirtUri": "qemu+ssh://aries/system",
};

function settings({ OTHER: other, GUESTS: guests, ...own }: Keys): Settings {
  const input = structuredClone(valid) as unknown as Keys;
  for (const [path, value] of Object.entries({ ...(other ? OTHER : {}), ...(guests ? GUESTS : {}), ...own })) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    const at = keys.reduce((o, k) => (o[k] ??= {}) as Keys, input);
    at[last] = value;
  }
  return parse(input);
}

test.each(cases.map((c) => [c.name, c] as const))("%s", (_name, c) => {
  const { first = {}, second } = c as { first?: Keys; second: Keys; clashes: string[] };
  const found = clashes([
    { name: "first", settings: settings(first) },
    { name: "second", settings: settings(second) },
  ]);
  for (const wanted of c.clashes) expect(found.filter((f) => new RegExp(wanted).test(f))).toHaveLength(1);
  if (c.name !== "a copy") expect(found).toHaveLength(c.clashes.length);
  for (const f of found) expect(f).toMatch(/of stack (first|second) and .* of stack (first|second) \(.*\): \w.{15}/);
});

test("a stack says nothing against itself", () => {
  expect(clashes([{ name: "first", settings: settings({}) }])).toEqual([]);
});

test("the example's file is read as the program reads it, and the embedded lab's is left out", () => {
  const { stacks } = readStacks(join(__dirname, "..", "..", ".."));
  expect(stacks.map((s) => s.name)).toContain("prod");
  expect(stacks.map((s) => s.name)).not.toContain("dev");
});
