import { sh } from "@qvd-ha/providers/dist/remote";
import { activeNode } from "../status/read";
import type { Change } from "./change";
import { answers, idle, managed, mirrored, online, quorum, reasons, served } from "./needs";
import type { Sizes } from "./sizes";
import { due, full, GIB, gib, objections, sizesFact, smallest } from "./sizes";
import type { Work } from "./work";

/** A full copy of the new part is the longest that it takes. */
const COPY_SECONDS = 24 * 3600;
const SEEN_SECONDS = 60;
const SERIAL = /^[A-Za-z0-9_.:+-]+$/;

/** Nothing of Pacemaker's: its scheduler is asked all the same, as it might be about to do something. */
const NOTHING: Change = { says: "grow the disk, DRBD's device on it and XFS, while they are in use", script: sh`:` };

async function sizes(w: Work): Promise<Record<string, Sizes>> {
  const fact = sizesFact(w.hands.drbdResource);
  const all = await Promise.all(
    w.hands.nodes.map(async (n) => {
      try {
        return [n, fact.parse(await w.hands.run(n, fact.command))] as const;
      } catch (e) {
        throw new Error(`${n}: ${(e as Error).message}`, { cause: e });
      }
    }),
  );
  return Object.fromEntries(all);
}

/** SIZE as it is typed: GiB, as `nodes[].disk.sizeGiB`. */
function wanted(w: Work, size: string | undefined, now: Record<string, Sizes>): number | undefined {
  if (size === undefined) return undefined;
  if (!/^\d+(\.\d+)?$/.test(size) || Number(size) <= 0)
    w.refuse([`SIZE is "${size}": it must be the size of each disk in GiB, as in SIZE=20`]);
  const bytes = Math.floor(Number(size) * GIB);
  w.refuse(
    Object.entries(now).flatMap(([n, s]) =>
      bytes < s.disk
        ? [`SIZE is ${gib(bytes)}, and the disk of ${n} has ${gib(s.disk)}: a disk is never made smaller`]
        : [],
    ),
  );
  return bytes;
}

/** By the serial number, never by a name such as vdb; libvirt tells the guest by itself. */
const resize = (serial: string, bytes: number): string => `
line=$(virsh -q -c "$uri" dumpxml "$domain" | tr -d '\\n' | sed 's/<disk /\\n&/g' | grep -F '<serial>${serial}</serial>')
target=$(sed "s/.*<target dev='\\([^']*\\)'.*/\\1/" <<<"$line") file=$(sed -n "s/.*<source \\(file\\|dev\\)='\\([^']*\\)'.*/\\2/p" <<<"$line")
[ -n "$target" ]
virsh -q -c "$uri" blockresize "$domain" "$target" ${bytes}B
pool=$(virsh -q -c "$uri" vol-pool "$file" 2>/dev/null) || pool=
[ -z "$pool" ] || virsh -q -c "$uri" pool-refresh "$pool" >/dev/null`;

/** The disks themselves, where the hypervisor is known; a machine sees it at once. */
async function growDisks(w: Work, now: Record<string, Sizes>, bytes: number): Promise<void> {
  for (const [node, s] of Object.entries(now).filter(([, one]) => one.disk < bytes)) {
    const hypervisor = w.hands.hypervisor(node);
    if (!hypervisor) throw new Error(`${node}: nobody may log in to its hypervisor`);
    w.say(`${node}: growing disk ${s.serial} from ${gib(s.disk)} to ${gib(bytes)}`);
    await hypervisor.script(resize(s.serial, bytes));
  }
  for (const node of w.hands.nodes)
    for (let waited = 0; ((await sizes(w))[node]?.disk ?? 0) < bytes; waited += 2) {
      if (waited >= SEEN_SECONDS) throw new Error(`${node}: its disk was grown, and the machine does not see it`);
      await w.hands.pause(2);
    }
}

/** Disks whose machines were told nothing: SCSI asks for it, virtio and NVMe know. */
const RESCAN = (resource: string) => sh`disk=$(readlink -f "$(drbdadm sh-ll-dev ${resource} | head -n 1)")
rescan=/sys/class/block/$(basename "$disk")/device/rescan
[ ! -w "$rescan" ] || echo 1 >"$rescan"`;

/**
 * Grows the volume while it is in use: both disks, DRBD's device, XFS. The new part is copied to the other node before the file system takes it, as nobody knows what is on it; as long as
 * that takes, the other node cannot take over. How far it has come the sizes themselves tell, so an interrupted run is repeated.
 * @param size of each disk, GiB; default: as the disks are
 * @throws Refused where the nodes are not in sync, one disk alone was grown, or anything would become smaller
 */
export async function growVolume(w: Work, size?: string): Promise<void> {
  const s = await w.look();
  const active = activeNode(s);
  const resource = w.hands.drbdResource;
  w.refuse(reasons(s, answers, quorum, managed, online, served, idle));
  const copying = Object.values(s.nodes).some((n) => n.reachable && /^(Sync|Paused)/.test(n.drbd?.connection ?? ""));
  if (!copying) w.refuse(reasons(s, mirrored));
  for (const node of w.hands.nodes) await w.must(node, RESCAN(resource), "looking at the disk anew");
  const before = await sizes(w);
  const bytes = wanted(w, size, before);
  const small = bytes === undefined ? [] : Object.entries(before).filter(([, one]) => one.disk < bytes);
  w.refuse([
    ...small.flatMap(([n, one]) => [
      ...(w.hands.hypervisor(n)
        ? []
        : [
            `${n}: nobody may log in to its hypervisor: grow its disk to ${size} GiB by hand, then repeat without SIZE`,
          ]),
      ...(SERIAL.test(one.serial)
        ? []
        : [
            `${n}: its disk has no serial number ("${one.serial}"), and by that alone it is found on the hypervisor: grow it by hand`,
          ]),
    ]),
    ...(small.length > 0 ? [] : objections(before)),
  ]);
  for (const [n, one] of Object.entries(before))
    w.say(
      `${n}: disk ${gib(one.disk)}, DRBD ${gib(one.device)}${one.fileSystem === undefined ? "" : `, XFS ${gib(one.fileSystem)} on ${one.mountPoint}`}`,
    );
  const first = due(before);
  if (small.length === 0 && !first.device && !first.fileSystem && !copying) return w.say("nothing to do");
  await w.agree(NOTHING);
  w.say("  until the new part is copied, the other node cannot take over");
  if (bytes !== undefined && small.length > 0) await growDisks(w, before, bytes);
  await insync(w);
  const grown = await sizes(w);
  w.refuse(objections(grown));
  if (due(grown).device) {
    w.say(`${active}: DRBD takes what its disks have`);
    await w.must(active as string, sh`drbdadm resize ${resource}`, "drbdadm resize", 600, "drbd-resize");
    await larger(w, grown);
    await insync(w);
  }
  const whole = await sizes(w);
  const { mountPoint } = whole[active as string] ?? {};
  if (due(whole).fileSystem) {
    if (mountPoint === undefined)
      throw new Error(`${active}: the file system is not mounted any more: make doctor, then repeat`);
    w.say(`${active}: XFS takes what DRBD has`);
    await w.must(active as string, sh`xfs_growfs -d ${mountPoint}`, "xfs_growfs", 600, "drbd-resize");
  }
  const end = await sizes(w);
  const left = due(end);
  if (left.device || left.fileSystem) throw new Error("the disks have grown meanwhile: repeat");
  const { fileSystem = 0 } = end[active as string] ?? {};
  w.say(`the volume has ${gib(fileSystem)}, on disks of ${gib(smallest(end, (one) => one.disk))}`);
  w.say(
    `in the stack's configuration, nodes[].disk.sizeGiB may now be ${Math.floor((smallest(end, (one) => one.disk) / GIB) * 100) / 100}`,
  );
}

/** The nodes agree on the new size after the command has ended, and the copy begins with that. */
async function larger(w: Work, before: Record<string, Sizes>): Promise<void> {
  for (let waited = 0; ; waited += 2) {
    await w.hands.pause(2);
    const now = await sizes(w);
    if (w.hands.nodes.every((n) => (now[n]?.device ?? 0) > (before[n]?.device ?? 0))) return;
    if (waited >= SEEN_SECONDS)
      throw new Error(
        `DRBD's device has stayed at ${gib(smallest(now, (s) => s.device))}, with ${gib(smallest(now, full))} there: is its metadata on a disk of its own that has no room? See the kernel's log`,
      );
  }
}

/** Both disks have all of it. */
const insync = (w: Work): Promise<unknown> =>
  w.until("both disks have all of it", COPY_SECONDS, (s) => [
    ...reasons(s, mirrored),
    ...Object.values(s.nodes).flatMap((n) =>
      n.reachable && n.drbd?.progress !== undefined ? [`${n.drbd.progress} %`] : [],
    ),
  ]);
