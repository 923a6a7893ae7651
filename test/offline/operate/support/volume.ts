import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer, Command } from "@qvd-ha/providers/dist/remote";
import type { Hands } from "../../../../tools/operate/hands";
import type { Status } from "../../../../tools/status/read";
import { drbd, status } from "../../../unit/status/recorded";

export const NODES = ["qvddb1", "qvddb2"] as const;
type Node = (typeof NODES)[number];

const must = (...args: string[]): string => execFileSync(args[0] as string, args.slice(1), { encoding: "utf8" }).trim();

/** What DRBD keeps for itself of a disk. */
const METADATA = 256 * 1024;
const RESOURCE = "postgres";

/** How often the copy of the new part is seen before it has ended. */
const LOOKS = 2;

/**
 * What stands in: DRBD, which lets nobody open the standby node's device, gives both nodes a device as large as the smaller disk less its metadata, takes no more than the smaller of them, and copies for two looks; and virsh, which
 * makes a disk's file larger. Real are the block devices, XFS and all commands.
 */
const STANDINS: Readonly<Record<string, string>> = {
  drbdadm: `case $1 in
  sh-ll-dev) cat "$R/$N.disk.loop" ;;
  sh-md-dev) echo internal ;;
  resize)
    least=
    for n in qvddb1 qvddb2; do
      size=$(blockdev --getsize64 "$(cat "$R/$n.disk.loop")")
      if [ -z "$least" ] || [ "$size" -lt "$least" ]; then least=$size; fi
    done
    least=$((least - ${METADATA}))
    [ "$least" -gt "$(stat -c %s "$R/qvddb1.device")" ] || exit 0
    for n in qvddb1 qvddb2; do truncate -s "$least" "$R/$n.device"; losetup -c "$(cat "$R/$n.device.loop")"; done
    echo ${LOOKS} >"$R/copying" ;;
esac`,
  blockdev: `PATH=/usr/sbin:/usr/bin:/sbin:/bin
for a; do
  [ "$N" != qvddb2 ] || [ "$(readlink -f "$a")" != "$(cat "$R/qvddb2.device.loop")" ] || { echo "blockdev: cannot open $a: Wrong medium type" >&2; exit 1; }
done
exec blockdev "$@"`,
  lsblk: `cat "$R/$N.serial"`,
  virsh: `case " $* " in
  *" dumpxml "*) cat "$R/$domain.xml" ;;
  *" blockresize "*)
    [ "$5 $6" = "$domain vdb" ] || { echo "not that disk: $*" >&2; exit 1; }
    bytes=\${7%B}; [ "$bytes" -ge "$(stat -c %s "$R/$domain.disk")" ] || { echo "would shrink" >&2; exit 1; }
    truncate -s "$bytes" "$R/$domain.disk"; losetup -c "$(cat "$R/$domain.disk.loop")" ;;
  *" vol-pool "*) echo default ;;
esac`,
};

/** As libvirt has it of a guest of ours. */
const XML = (node: string): string => `<domain type='qemu'>
  <devices>
    <disk type='file' device='disk'>
      <source file='/pool/${node}-system.qcow2' index='3'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/pool/${node}-data.qcow2' index='2'/>
      <target dev='vdb' bus='virtio'/>
      <serial>${node}-data</serial>
    </disk>
  </devices>
</domain>
`;

/** A run that was killed. */
class Killed extends Error {}

/** Two nodes with a real block device each, a device upon it, and XFS on the first one's, in use. */
export class Volume {
  readonly root = mkdtempSync(join(tmpdir(), "qvd-ha-volume-"));
  readonly said: string[] = [];
  readonly done: string[] = [];
  readonly mount = join(this.root, "mount");
  /** After so many commands the next one is never sent. */
  dies = Infinity;
  private sent = 0;

  constructor(
    private readonly cib: string,
    bytes: number,
  ) {
    mkdirSync(join(this.root, "bin"));
    for (const [name, text] of Object.entries(STANDINS))
      writeFileSync(join(this.root, "bin", name), `#!/bin/bash\nR=${this.root}\n${text}\n`, { mode: 0o755 });
    for (const n of NODES) {
      this.make(`${n}.disk`, bytes);
      this.make(`${n}.device`, bytes - METADATA);
      mkdirSync(join(this.root, n, "by-res", RESOURCE), { recursive: true });
      symlinkSync(this.loop(`${n}.device`), join(this.root, n, "by-res", RESOURCE, "0"));
      writeFileSync(join(this.root, `${n}.serial`), `${n}-data\n`);
      writeFileSync(join(this.root, `${n}.xml`), XML(n));
    }
    mkdirSync(this.mount);
    must("mkfs.xfs", "-q", "-K", this.loop("qvddb1.device"));
    must("mount", this.loop("qvddb1.device"), this.mount);
    writeFileSync(join(this.mount, "row"), "4711");
  }

  private make(name: string, bytes: number): void {
    must("truncate", "-s", String(bytes), join(this.root, name));
    writeFileSync(join(this.root, `${name}.loop`), `${must("losetup", "-f", "--show", join(this.root, name))}\n`);
  }

  loop(name: string): string {
    return readFileSync(join(this.root, `${name}.loop`), "utf8").trim();
  }

  /** By hand, as an operator of existing machines does it. */
  growDisk(node: Node, bytes: number): void {
    must("truncate", "-s", String(bytes), join(this.root, `${node}.disk`));
    must("losetup", "-c", this.loop(`${node}.disk`));
  }

  /** Bytes of the disks, the devices and the file system. */
  get sizes(): number[] {
    const size = (name: string): number => Number(must("blockdev", "--getsize64", this.loop(name)));
    const xfs = /data.*bsize=(\d+) +blocks=(\d+)/.exec(must("xfs_info", this.mount)) ?? [];
    return [...["disk", "device"].flatMap((w) => NODES.map((n) => size(`${n}.${w}`))), Number(xfs[1]) * Number(xfs[2])];
  }

  get row(): string {
    return readFileSync(join(this.mount, "row"), "utf8");
  }

  private strike(): void {
    if (++this.sent > this.dies) throw new Killed("killed");
  }

  private bash(script: string, env: Record<string, string>): Answer {
    const r = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", script], {
      encoding: "utf8",
      env: { PATH: `${join(this.root, "bin")}:${process.env.PATH}`, LC_ALL: "C", CIB_file: this.cib, ...env },
    });
    return { code: r.status ?? 128, stdout: r.stdout, stderr: r.stderr };
  }

  run(node: string, command: Command): Answer {
    const text = command.script.text.replaceAll("/dev/drbd/by-res/", `${this.root}/${node}/by-res/`);
    return this.bash(text, { N: node });
  }

  status(): Status {
    const left = spawnSync("cat", [join(this.root, "copying")], { encoding: "utf8" }).stdout;
    if (Number(left) > 0) {
      writeFileSync(join(this.root, "copying"), String(Number(left) - 1));
      const syncing = drbd("syncing");
      return status({ drbd: syncing }, { drbd: syncing });
    }
    return status();
  }

  hands(reachesHypervisor = true): Hands {
    return {
      nodes: NODES,
      boundSeconds: 120,
      drbdResource: RESOURCE,
      hypervisor: (node) =>
        reachesHypervisor
          ? {
              domain: node,
              script: async (text) => {
                this.strike();
                this.done.push("virsh");
                const a = this.bash(text, { domain: node, uri: "test:///default" });
                if (a.code !== 0) throw new Error(a.stderr);
                return a.stdout;
              },
            }
          : undefined,
      run: async (node, command) => {
        this.strike();
        this.done.push(command.script.text.split("\n")[0] ?? "");
        return this.run(node, command);
      },
      status: async () => this.status(),
      pause: async () => {},
    };
  }

  end(): void {
    spawnSync("umount", [this.mount]);
    for (const n of NODES) for (const w of ["device", "disk"]) spawnSync("losetup", ["-d", this.loop(`${n}.${w}`)]);
    rmSync(this.root, { recursive: true, force: true });
  }
}
