import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskFact } from "../../../providers/drbd/disk";
import type { Disks } from "../../../providers/drbd/disk";
import type { Command } from "../../../providers/remote";
import { reveal } from "../../../providers/remote";
import type { DiskCase } from "./disks";
import { CASES, judge, SERIAL, SIZE, verdict } from "./disks";

/**
 * Proves, on a block device of this machine with real content (disks.json), what the whole way from the fact's command to the plan says: refused with what was found,
 * and past it by `overwrite` alone, by steps that are then run for real up to DRBD's metadata. What stands in: udev's entry with the serial number, which a loop device
 * has not, and all of the other node. The kernel's module is not needed. test/e2e/faults runs the same table on a real disk of a real guest.
 */
const run = (file: string, ...args: string[]): string =>
  execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

let dir: string;
let device: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "disks-"));
  const image = join(dir, "disk");
  closeSync(openSync(image, "w"));
  truncateSync(image, SIZE);
  for (const d of ["mount", "etc"]) mkdirSync(join(dir, d));
  mkdirSync("/dev/disk/by-id", { recursive: true });
  device = run("losetup", "-f", "--show", image).trim();
  // The kernel keeps the partitions of the file before.
  spawnSync("partx", ["-d", device]);
});

afterEach(() => {
  spawnSync("partx", ["-d", device]);
  run("losetup", "-d", device);
  rmSync(dir, { recursive: true });
});

/** In a mount name space with udev's database, names by id, and configuration of its own. */
function inside(command: Command): { code: number; stdout: string; stderr: string } {
  const number = device.replace("/dev/loop", "");
  const furnish = `mount -t tmpfs none /run; mkdir -p /run/udev/data /run/lock; touch /run/udev/control
printf 'I:1\\nE:ID_SERIAL_SHORT=${SERIAL}\\nV:1\\n' >/run/udev/data/b7:${number}
mount -t tmpfs none /dev/disk/by-id; ln -s ../../loop${number} /dev/disk/by-id/virtio-${SERIAL}
mkdir -p ${dir}/etc /run/bin; mount --bind ${dir}/etc /etc/drbd.d
printf '#!/bin/sh\\nexec /lib/drbd/drbdadm-84 "$@"\\n' >/run/bin/drbdadm; chmod 755 /run/bin/drbdadm`;
  // A file, as on a node: bash takes a socket on standard input for a remote shell and reads its start files.
  writeFileSync(join(dir, "stdin"), reveal(command.stdin ?? ""));
  const stdin = openSync(join(dir, "stdin"), "r");
  const r = spawnSync(
    "unshare",
    ["-m", "bash", "-euo", "pipefail", "-c", `${furnish}\nexec bash -euo pipefail -c "$0"`, command.script.text],
    {
      encoding: "utf8",
      stdio: [stdin, "pipe", "pipe"],
      env: { PATH: "/run/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", __DRBD_NODE__: "one" },
    },
  );
  closeSync(stdin);
  return { code: r.status ?? 255, stdout: r.stdout, stderr: r.stderr };
}

/** The fact as it is, but that a case's own serial is not what is there. */
function look(serial = SERIAL): Disks {
  const fact = diskFact(serial, "blanktest", 7, 1);
  return fact.parse(inside(fact.command));
}

const shell = (text: string): void => {
  const r = spawnSync("bash", ["-euo", "pipefail", "-c", text], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", D: device, M: join(dir, "mount") },
  });
  if (r.status !== 0) throw new Error(`${text}: ${r.stderr}`);
};

/** Runs the steps on this node that come before DRBD itself. */
function prepare(c: DiskCase): void {
  for (const step of judge(c, true, look()).steps.filter((s) => s.node === "one")) {
    if (/drbdadm adjust|by-res/.test(step.command.script.text)) return;
    const done = inside(step.command);
    if (done.code !== 0) throw new Error(`${step.reason}: ${done.stderr}`);
  }
}

describe("a disk with", () => {
  test.each(CASES.filter((c) => c.on !== "guest").map((c) => [c.name, c] as const))("%s", (_, c) => {
    shell(c.make);
    try {
      const disks = look(c.disk?.serial);
      expect(verdict(c, false, disks)).toEqual([]);
      expect(verdict(c, true, disks)).toEqual([]);
      if (c.overwrite === "refused") return;
      prepare(c);
      const after = look().found[0];
      expect(after?.signatures.map((s) => s.type)).toEqual(["drbd"]);
      expect(after?.partitions).toEqual([]);
      expect(after?.metadata).toEqual({ format: "v08", currentUuid: "0000000000000004" });
    } finally {
      if (c.release) shell(c.release);
    }
  });
});

test("the table would notice a disk that is let through, and one that is refused for another reason", () => {
  const full = CASES.find((c) => c.name === "LUKS") as DiskCase;
  expect(verdict(full, false, look())).toEqual(["LUKS: is not refused", "LUKS: refused with: "]);
  shell("mkfs.xfs -q $D");
  expect(verdict(full, false, look()).join()).toMatch(/refused with: .*holds xfs/s);
});
