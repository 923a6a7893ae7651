import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskFact } from "../../../providers/drbd/disk";
import type { Disks } from "../../../providers/drbd/disk";
import { reveal } from "../../../providers/remote";
import { quote } from "../../../providers/remote/sh";
import type { DiskCase } from "../../offline/drbd/disks";
import { CASES, judge, SERIAL, SIZE, verdict } from "../../offline/drbd/disks";
import { must } from "../support/stack";
import type { Cluster } from "./cluster";
import type { Fault } from "./fault";

const DEVICE = `/dev/disk/by-id/virtio-${SERIAL}`;
const LINE = "@@@@";

/** Tools that the guests' image has not: such a content is made here, and its first bytes are carried over: both headers of LUKS, LVM's label; random keys do not get smaller. */
const ABSENT = /cryptsetup|pvcreate/;
const HEAD = 64 * 1024;

function madeHere(c: DiskCase): string {
  const dir = mkdtempSync(join(tmpdir(), "disk-"));
  const script = `truncate -s ${SIZE} ${dir}/i; D=$(losetup -f --show ${dir}/i); trap 'losetup -d $D' EXIT; { ${c.make}; } >&2; sync; head -c ${HEAD} $D | gzip | base64 -w0`;
  try {
    const head = execFileSync("bash", ["-euo", "pipefail", "-c", script], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return `echo ${head} | base64 -d | gzip -d | dd of=$D bs=1M conv=notrunc status=none`;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const inner = (script: string): string => `bash -euo pipefail -c ${quote(script)}`;
const factOf = (c: DiskCase): string =>
  inner(diskFact(c.disk?.serial ?? SERIAL, "blanktest", 7, 1).command.script.text);
const blank = `blkdiscard -f -z "$D"; udevadm settle`;

/** Makes a content, looks, undoes what holds the disk. */
const looking = (c: DiskCase, then = ""): string => `echo ${quote(LINE + c.name)}
${blank}
( set -euo pipefail; ${ABSENT.test(c.make) ? madeHere(c) : c.make} ) >/dev/null || echo "@@ could not be made"
udevadm settle
${factOf(c)}
${then}
( ${c.release ?? ":"} )`;

/** The steps on this disk, as the plan has them with the consent, up to DRBD's metadata; and a look afterwards. The node is called `one` in the plan. */
function overwriting(c: DiskCase, disks: Disks, node: string): string {
  const run = judge(c, true, disks)
    .steps.filter((s) => s.node === "one" && /wipefs -q -a|create-md|blanktest\.res/.test(s.command.script.text))
    .map((s) => {
      const input = reveal(s.command.stdin ?? "").replaceAll(/\bon one\b/g, `on ${node}`);
      const failed = quote(`@@ failed: ${s.reason}`);
      return `echo ${Buffer.from(input).toString("base64")} | base64 -d | ${inner(s.command.script.text)} >/dev/null || echo ${failed}`;
    });
  return looking(
    c,
    [...run, "udevadm settle", "echo @@@after", factOf(c), "rm -f /etc/drbd.d/blanktest.res"].join("\n"),
  );
}

async function played(
  c: Cluster,
  node: string,
  cases: readonly DiskCase[],
  script: (d: DiskCase) => string,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  // Some at a time: one execution may take five minutes.
  for (let i = 0; i < cases.length; i += 5) {
    const head = `D=$(readlink -f ${DEVICE}) M=/run/e2e-mount; export D M; mkdir -p "$M"\nset +e`;
    const { stdout, stderr } = await c.on(node, [head, ...cases.slice(i, i + 5).map(script), blank, "true"].join("\n"));
    for (const part of stdout.split(LINE).slice(1))
      found.set(part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1));
    if (stdout === "") throw new Error(stderr);
  }
  return found;
}

const parsed = (c: DiskCase, text: string): Disks =>
  diskFact(c.disk?.serial ?? SERIAL, "blanktest", 7, 1).parse({ code: 0, stdout: text, stderr: "" });

/** A disk of its own for one node, by libvirt, with that serial number. */
async function withDisk(c: Cluster, node: string, work: () => Promise<void>): Promise<void> {
  const image = `"$(lab/lab describe | node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0)).stateDirectory)')"/pool/e2e-disk.img`;
  const xml = join(tmpdir(), "e2e-disk.xml");
  const path = (await must(`. ./env.sh; truncate -s ${SIZE} ${image}; echo ${image}`))
    .trim()
    .split("\n")
    .at(-1) as string;
  writeFileSync(
    xml,
    `<disk type='file' device='disk'><driver name='qemu' type='raw' discard='unmap'/><source file='${path}'/><target dev='vdz' bus='virtio'/><serial>${SERIAL}</serial></disk>`,
  );
  await c.virsh("attach-device", node, xml, "--live");
  try {
    const there = await c.on(node, `for i in $(seq 60); do [ -b ${DEVICE} ] && exit 0; sleep 0.5; done; exit 1`);
    expect(there.code).toBe(0);
    await work();
  } finally {
    await c.virsh("detach-device", node, xml, "--live");
    rmSync(path, { force: true });
  }
}

const disks: Fault = {
  id: "D9 D10",
  must: "refuses every disk that holds something, is in use or is too small, with what was found, and gets past it by overwrite alone",
  minutes: 8,
  async run(c) {
    const { passive } = await c.roles();
    const before = await c.standing();
    await withDisk(c, passive, async () => {
      const seen = await played(c, passive, CASES, looking);
      const wrong = CASES.flatMap((d) => {
        const text = seen.get(d.name) ?? "";
        if (text === "" || text.includes("@@ could not be made")) return [`${d.name}: could not be made`];
        return [false, true].flatMap((overwrite) => verdict(d, overwrite, parsed(d, text)));
      });
      expect(wrong).toEqual([]);

      const passing = CASES.filter((d) => d.overwrite === "passes" && d.refused.length > 0);
      const after = await played(c, passive, passing, (d) =>
        overwriting(d, parsed(d, seen.get(d.name) as string), passive),
      );
      for (const d of passing) {
        const text = after.get(d.name) ?? "";
        const disk = parsed(d, text.split("@@@after\n")[1] ?? "").found[0];
        const failed = text.split("\n").filter((l) => l.startsWith("@@ "));
        expect([
          d.name,
          failed,
          disk?.signatures.map((s) => s.type),
          disk?.partitions,
          disk?.metadata?.currentUuid,
        ]).toEqual([d.name, [], ["drbd"], [], "0000000000000004"]);
      }
    });
    expect(await c.standing()).toEqual(before);
  },
};

export const diskFaults: readonly Fault[] = [disks];
