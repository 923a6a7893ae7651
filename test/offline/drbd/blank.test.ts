import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lines, sh } from "../../../providers/remote";
import { parseDisks, probe } from "../../../providers/drbd/disk";

/**
 * Proves, on real block devices of this machine, what the blank test sees and what it lets through. Needs root, losetup, wipefs, drbd-utils, e2fsprogs, xfsprogs,
 * lvm2, cryptsetup-bin, parted and perl. It does not prove anything of DRBD's kernel module.
 */
const SIZE = 2 * 1024 ** 3;
const MiB = 1024 ** 2;
const run = (file: string, ...args: string[]): string =>
  execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

let dir: string;
let image: string;
let device: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "blank-"));
  image = join(dir, "disk");
  closeSync(openSync(image, "w"));
  truncateSync(image, SIZE);
  device = run("losetup", "-f", "--show", image).trim();
});

afterEach(() => {
  run("losetup", "-d", device);
  rmSync(dir, { recursive: true });
});

function look() {
  const serial = { serial: "x", path: device, size: SIZE, type: "disk", ro: false };
  const text = run("bash", "-euo", "pipefail", "-c", lines(probe("postgres", 0, 1), sh`probe ${device} ${SIZE}`).text);
  const disk = parseDisks("x", `@lsblk\n${JSON.stringify({ blockdevices: [serial] })}\n${text}`).found[0];
  return { types: disk?.signatures.map((s) => s.type), zeros: disk?.zeros, metadata: disk?.metadata };
}

/** Writes ones through the device, as a user of the disk would. */
function scribble(offset: number, length: number): void {
  const fd = openSync(device, "r+");
  writeSync(fd, Buffer.alloc(length, 1), 0, length, offset);
  closeSync(fd);
}

describe("the blank test", () => {
  it("finds a disk of zeros blank, in less than three seconds", () => {
    const started = Date.now();
    expect(look()).toEqual({ types: [], zeros: { kind: "zero" }, metadata: undefined });
    expect(Date.now() - started).toBeLessThan(3000);
  });

  it.each([
    ["the first byte", 0, 1],
    ["the last byte", SIZE - 1, 1],
    ["the last MiB", SIZE - MiB, 1],
    ["only what lies beyond 20 MiB", 20 * MiB, 4 * MiB],
    ["only the head of the third allocation group of an XFS", SIZE / 2, 512],
    ["only a backup superblock of an ext4", 3 * 128 * MiB, 1024],
  ])("sees %s", (_, offset, length) => {
    scribble(offset, length);
    const { zeros } = look();
    expect(zeros?.kind).toBe("data");
    expect(zeros).toMatchObject({ offset: expect.any(Number) });
  });

  it.each([
    ["ext4", () => run("mkfs.ext4", "-q", device), ["ext4"]],
    ["XFS", () => run("mkfs.xfs", "-q", device), ["xfs"]],
    [
      "a partition table",
      () => run("parted", "-s", device, "mklabel", "gpt", "mkpart", "x", "1MiB", "100MiB"),
      ["gpt", "gpt", "PMBR"],
    ],
    [
      "LVM",
      () => run("pvcreate", "-q", "--config", "devices { scan_lvs=0 use_devicesfile=0 }", device),
      ["LVM2_member"],
    ],
    ["swap", () => run("mkswap", device), ["swap"]],
    [
      "LUKS",
      () =>
        execFileSync(
          "cryptsetup",
          ["luksFormat", "--batch-mode", "--type", "luks1", "--pbkdf-force-iterations", "1000", device, "-"],
          { input: "secret", stdio: "pipe" },
        ),
      ["crypto_LUKS"],
    ],
  ] as const)("recognises %s", (_, make, types) => {
    make();
    expect(look().types?.sort()).toEqual([...types].sort());
  });

  it("sees a file system whose head was wiped", () => {
    run("mkfs.xfs", "-q", device);
    const fd = openSync(device, "r+");
    writeSync(fd, Buffer.alloc(20 * MiB), 0, 20 * MiB, 0);
    closeSync(fd);
    expect(look()).toMatchObject({ types: [], zeros: { kind: "data" } });
  });

  it.each([
    ["v08", []],
    ["v09", ["1"]],
  ])("reads DRBD's fresh metadata of format %s, and tests what lies before it", (format, peers) => {
    run("drbdmeta", "0", format, device, "internal", "create-md", ...peers);
    expect(look()).toEqual({
      types: ["drbd"],
      zeros: { kind: "zero" },
      metadata: { format, currentUuid: "0000000000000004" },
    });
    scribble(512 * MiB, 512);
    expect(look().zeros).toEqual({ kind: "data", offset: 512 * MiB });
  });

  it("is needed: drbdmeta itself takes a disk with data beyond its first 68 KiB", () => {
    scribble(20 * MiB, MiB);
    expect(run("drbdmeta", "0", "v08", device, "internal", "create-md")).toContain("successfully created");
  });
});

describe("a step that writes", () => {
  it("leaves a mounted disk alone", () => {
    run("mkfs.ext4", "-q", device);
    const at = mkdtempSync(join(tmpdir(), "mount-"));
    run("mount", device, at);
    try {
      expect(() => run("wipefs", "-a", device)).toThrow(/busy/);
      const tree = run("lsblk", "-J", "-b", "-o", "NAME,PATH,SERIAL,SIZE,TYPE,RO,FSTYPE,MOUNTPOINTS", device);
      const named = tree.replace('"serial": null', '"serial": "x"');
      expect(parseDisks("x", `@lsblk\n${named}\n`).found[0]?.uses).toEqual([`${device} is mounted on ${at}`]);
    } finally {
      run("umount", at);
      rmSync(at, { recursive: true });
    }
  });
});
