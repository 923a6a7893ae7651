import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Refused } from "../../../tools/cli/stack";
import type { Replacement } from "../../../tools/operate/replaceNode";
import { replaced, replaceNode } from "../../../tools/operate/replaceNode";
import { Previewed, Work } from "../../../tools/operate/work";
import { scratch } from "../pacemaker/tools";
import { healthyCib } from "./support/healthy";
import { NODES, Room } from "./support/room";

// Proves with Pacemaker's own tools on a configuration, and a virsh that is files, in which order a node is taken out and its machine taken away, what is refused, that nothing else is taken
// away, and that a run that was killed goes on. What machines and DRBD make of it is for make e2e (faults, D15).

jest.setTimeout(900_000);

const STANDINS = {
  systemctl: 'touch "$R/$N.offline"',
  journalctl: `[ ! -e "$R/copied" ] || echo "kernel: drbd postgres: Began resync as SyncSource (will sync $(cat "$R/copied") KB [1 bits set])."`,
  blockdev: "echo 1073741824",
  lsblk: "true",
  readlink: "echo /dev/null",
  drbdadm: `case $1 in
  dump) printf 'resource postgres {\\n  on qvddb1 {\\n    volume 0 {\\n disk /dev/disk/by-id/virtio-qvddb1-data;\\n }\\n }\\n  on qvddb2 {\\n    volume 0 {\\n disk /dev/disk/by-id/virtio-qvddb2-data;\\n }\\n }\\n}\\n' ;;
esac`,
  virsh: `args=("$@"); [ "\${args[0]}" != -q ] || args=("\${args[@]:3}")
set -- "\${args[@]}"
case $1 in
  list) ls "$R/domains" ;;
  pool-list) printf 'default\\nimages\\n' ;;
  vol-path) [ "$3" = default ] && [ -e "$R/pool/$4" ] ;;
  dumpxml) cat "$R/domains/$2" ;;
  domstate) echo running ;;
  destroy) echo "destroyed $2" >>"$R/log" ;;
  undefine) rm "$R/domains/$3" ;;
  vol-delete) rm "$R/pool/$4" ;;
  *) echo "unknown: $*" >&2; exit 1 ;;
esac`,
};

const s = scratch();
let healthy: string;
let r: Room;

const LIBVIRT: Replacement = { platform: "libvirt", diskOnly: false, disk: "qvddb2-data" };
const work = (preview = false, reaches = true): Work =>
  new Work(r.hands(reaches), {
    verb: "replace-node",
    say: (t) => void r.said.push(t),
    ...(preview ? { preview } : {}),
  });

const PARTS = ["system.qcow2", "data.qcow2", "cloudinit.iso"];
function machines(): void {
  for (const d of ["domains", "pool"]) mkdirSync(r.path(d));
  for (const n of NODES) {
    for (const p of PARTS) writeFileSync(join(r.path("pool"), `${n}-${p}`), "");
    const disks = PARTS.map((p) => `<disk><source file='/pool/${n}-${p}'/></disk>`).join("\n");
    writeFileSync(join(r.path("domains"), n), `<domain>\n${disks}\n<serial><source path='/log'/></serial></domain>\n`);
  }
}
const mark = (): string => r.bash("crm_attribute --node qvddb2 --name qvd-ha-operation --query --quiet").stdout.trim();

function isGone(): void {
  expect(readdirSync(r.path("pool")).sort()).toEqual(PARTS.map((p) => `qvddb1-${p}`).sort());
  expect(readdirSync(r.path("domains"))).toEqual(["qvddb1"]);
  expect(r.offline("qvddb2")).toBe(true);
  expect(r.standby("qvddb2")).toBe(false);
  expect(mark()).toBe("replace-node:gone:qvddb2");
}

beforeAll(async () => void (healthy = await healthyCib(s)));
afterAll(() => s.remove());
beforeEach(() => {
  r = new Room(healthy, STANDINS);
  machines();
});
afterEach(() => r.end());

test("the node leaves in order, then its machine goes, and nothing of the other one's", async () => {
  await expect(replaceNode(work(), "qvddb2", LIBVIRT)).resolves.toBe("machine");
  isGone();
  const at = (part: string): number => r.done.findIndex((d) => d.includes(part));
  expect(at("crm_standby --node qvddb2 --update on")).toBeLessThan(at("systemctl stop pacemaker corosync"));
  expect(at("systemctl stop")).toBeLessThan(at("hypervisor"));
  expect(r.said.join("\n")).toMatch(/put qvddb2 into standby:\n {2}Pacemaker: /);
});

test("killed before any of its commands, the next run comes to the same end; a new machine is not taken away again", async () => {
  await replaceNode(work(), "qvddb2", LIBVIRT);
  const commands = r.done.length;
  for (let k = 1; k < commands; k += 2) {
    r.end();
    r = new Room(healthy, STANDINS);
    machines();
    expect(await r.killedAt(k, () => replaceNode(work(), "qvddb2", LIBVIRT))).toBe("machine");
    isGone();
  }
  writeFileSync(join(r.path("domains"), "qvddb2"), "<domain/>");
  await expect(replaceNode(work(), "qvddb2", LIBVIRT)).resolves.toBe("machine");
  expect(readdirSync(r.path("domains"))).toEqual(["qvddb1", "qvddb2"]);
});

describe("refuses, and touches nothing", () => {
  const untouched = async (p: Promise<unknown>, words: RegExp): Promise<void> => {
    await expect(p).rejects.toThrow(words);
    await expect(p).rejects.toThrow(Refused);
    expect(readdirSync(r.path("domains"))).toEqual(["qvddb1", "qvddb2"]);
    expect(r.standby("qvddb2")).toBe(false);
    expect(mark()).toBe("");
  };
  test("the node that serves", () =>
    untouched(
      replaceNode(work(), "qvddb1", { ...LIBVIRT, disk: "qvddb1-data" }),
      /qvddb1 serves: make switch-over TO=qvddb2 first/,
    ));
  test("no node", () =>
    untouched(replaceNode(work(), "other", LIBVIRT), /NODE is "other": it must be one of qvddb1, qvddb2/));
  test("a disk that is not named, or another's", async () => {
    await untouched(
      replaceNode(work(), "qvddb2", { ...LIBVIRT, disk: undefined }),
      /name it: make replace-node NODE=qvddb2 DISK=/,
    );
    await untouched(replaceNode(work(), "qvddb2", { ...LIBVIRT, disk: "qvddb1-data" }), /"qvddb1-data" is not it/);
  });
  test("a hypervisor that nobody may log in to", () =>
    untouched(replaceNode(work(false, false), "qvddb2", LIBVIRT), /nobody may log in to the hypervisor/));
  test("the other one without a full copy", () => {
    const hands = r.hands();
    const behind = async () => {
      const now = r.status();
      const one = now.nodes.qvddb1 as { drbd: object };
      return {
        ...now,
        nodes: { ...now.nodes, qvddb1: { ...one, drbd: { ...one.drbd, disk: "Inconsistent" } } as never },
      };
    };
    const w = new Work({ ...hands, status: behind }, { verb: "replace-node", say: () => {} });
    return untouched(
      replaceNode(w, "qvddb2", LIBVIRT),
      /the disk of qvddb1 is Inconsistent: it would be the only copy/,
    );
  });
});

test("a machine with a disk that the program has not made is left alone", async () => {
  writeFileSync(
    join(r.path("domains"), "qvddb2"),
    "<domain>\n<disk><source file='/pool/precious.qcow2'/></disk>\n</domain>\n",
  );
  await expect(replaceNode(work(), "qvddb2", LIBVIRT)).rejects.toThrow(
    /has \/pool\/precious.qcow2, which the program has not made/,
  );
  expect(existsSync(join(r.path("pool"), "qvddb2-data.qcow2"))).toBe(true);
  expect(existsSync(r.path("log"))).toBe(false);
});

test("a preview does nothing", async () => {
  await expect(replaceNode(work(true), "qvddb2", LIBVIRT)).rejects.toThrow(Previewed);
  expect(mark()).toBe("");
});

test("on existing machines it ends when the node is out, and goes on when it is called again", async () => {
  const existing: Replacement = { platform: "existing", diskOnly: false };
  await expect(replaceNode(work(), "qvddb2", existing)).resolves.toBe("hands");
  expect(r.offline("qvddb2")).toBe(true);
  expect(readdirSync(r.path("domains"))).toEqual(["qvddb1", "qvddb2"]);
  await expect(replaceNode(work(), "qvddb2", existing)).resolves.toBe("machine");
});

describe("when the new one is there", () => {
  beforeEach(async () => {
    await replaceNode(work(), "qvddb2", LIBVIRT);
    rmSync(r.path("qvddb2.offline"));
  });
  test("it ends when all of the device was copied", async () => {
    writeFileSync(r.path("copied"), "1048576");
    await replaced(work(), "qvddb2");
    expect(r.said.at(-1)).toMatch(/qvddb2 is replaced: both nodes hold the same data/);
    expect(mark()).toBe("");
    await replaced(work(), "qvddb2");
    expect(r.said.at(-1)).toMatch(/nothing to do/);
  });
  test("a copy of less is told: that is the old disk", async () => {
    writeFileSync(r.path("copied"), "4096");
    await expect(replaced(work(), "qvddb2")).rejects.toThrow(
      /only 4096 of 1048576 KB were copied to qvddb2: is that the old disk\?/,
    );
  });
});
