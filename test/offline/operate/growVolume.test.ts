import { Refused } from "../../../tools/cli/stack";
import { growVolume } from "../../../tools/operate/growVolume";
import { Previewed, Work } from "../../../tools/operate/work";
import { scratch } from "../pacemaker/tools";
import { healthyCib } from "./support/healthy";
import { Volume } from "./support/volume";

// Proves on real block devices and a mounted XFS of this machine what growing a volume does, in which order, what it refuses, and that a run that ends anywhere is taken up by the next one.
// DRBD and virsh are stand-ins (this kernel has no DRBD); Pacemaker's scheduler is real. What DRBD itself does is for make verbs-table VERBS=grow-volume.

jest.setTimeout(600_000);

const MIB = 1024 ** 2;
const SMALL = 512 * MIB;
const LARGE = 1024 * MIB;
const SIZE = String(LARGE / 1024 ** 3);

const s = scratch();
let healthy: string;
let v: Volume;

const work = (preview = false, reaches = true): Work =>
  new Work(v.hands(reaches), { verb: "grow-volume", say: (t) => void v.said.push(t), ...(preview ? { preview } : {}) });

const isGrown = (): void => {
  const [disk1, disk2, device1, device2, xfs] = v.sizes as [number, number, number, number, number];
  expect([disk1, disk2]).toEqual([LARGE, LARGE]);
  expect(device1).toBeGreaterThan(LARGE - MIB);
  expect(device2).toBe(device1);
  expect(device1 - xfs).toBeLessThan(16 * MIB);
  expect(v.row).toBe("4711");
};

beforeAll(async () => {
  healthy = await healthyCib(s);
});
afterAll(() => s.remove());
beforeEach(() => (v = new Volume(healthy, SMALL)));
afterEach(() => v.end());

test("disks, DRBD and XFS grow in this order while the file system is in use, and a second run has nothing to do", async () => {
  await growVolume(work(), SIZE);
  isGrown();
  const order = v.done.filter((d) => /^(virsh|drbdadm resize|xfs_growfs)/.test(d)).map((d) => d.split(" ")[0]);
  expect(order).toEqual(["virsh", "virsh", "drbdadm", "xfs_growfs"]);
  expect(v.said).toContain("  Pacemaker: nothing to do");
  expect(v.said.at(-1)).toMatch(/sizeGiB may now be 1$/);
  await growVolume(work(), SIZE);
  expect(v.said.at(-1)).toBe("nothing to do");
});

test("XFS waits until the new part is on both disks", async () => {
  await growVolume(work(), SIZE);
  const waits = v.said.findIndex((t) => /waiting until both disks have all of it/.test(t));
  expect(waits).toBeGreaterThan(v.said.findIndex((t) => /DRBD takes/.test(t)));
  expect(waits).toBeLessThan(v.said.findIndex((t) => /XFS takes/.test(t)));
});

test("where the operator has grown the disks, no size is asked for, and no hypervisor", async () => {
  for (const n of ["qvddb1", "qvddb2"] as const) v.growDisk(n, LARGE);
  await growVolume(work(false, false));
  isGrown();
});

test("a preview does nothing", async () => {
  const before = v.sizes;
  await expect(growVolume(work(true), SIZE)).rejects.toThrow(Previewed);
  expect(v.sizes).toEqual(before);
});

describe("refuses, and touches nothing", () => {
  test.each([
    [
      "a smaller size",
      "0.25",
      () => {},
      /SIZE is 0.25 GiB, and the disk of qvddb1 has 0.5 GiB: a disk is never made smaller/,
    ],
    ["a size that is none", "20G", () => {}, /SIZE is "20G": it must be the size of each disk in GiB/],
    [
      "only one disk grown",
      undefined,
      () => v.growDisk("qvddb2", LARGE),
      /the disk of qvddb2 was grown to 1 GiB, that of qvddb1 was not \(0.5 GiB\): grow both/,
    ],
  ])("%s", async (_name, size, make, words) => {
    make();
    const before = v.sizes;
    const refused = growVolume(work(), size);
    await expect(refused).rejects.toThrow(words);
    await expect(refused).rejects.toThrow(Refused);
    expect(v.sizes).toEqual(before);
  });

  test("a hypervisor that nobody may log in to", async () => {
    await expect(growVolume(work(false, false), SIZE)).rejects.toThrow(
      /grow its disk to 1 GiB by hand, then repeat without SIZE/,
    );
  });

  test("nodes that are not in sync", async () => {
    const now = v.status();
    const { qvddb2, ...rest } = now.nodes;
    const hands = {
      ...v.hands(),
      status: async () => ({
        ...now,
        nodes: { ...rest, qvddb2: { ...qvddb2, reachable: true, drbd: undefined } as never },
      }),
    };
    await expect(growVolume(new Work(hands, { verb: "grow-volume", say: () => {} }), SIZE)).rejects.toThrow(
      /DRBD is down on qvddb2/,
    );
  });
});

test("killed before any of its commands, the next run comes to the same end", async () => {
  await growVolume(work(), SIZE);
  const commands = v.done.length;
  expect(commands).toBeGreaterThan(10);
  for (let k = 0; k < commands; k++) {
    v.end();
    v = new Volume(healthy, SMALL);
    v.dies = k;
    await expect(growVolume(work(), SIZE)).rejects.toThrow(/killed/);
    v.dies = Infinity;
    await growVolume(work(), SIZE);
    isGrown();
  }
});
