import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drbd } from "../../../providers/drbd";
import type { AllSeen, DrbdSeen } from "../../../providers/drbd/read";
import type { Spec } from "../../../providers/drbd/spec";
import { schema } from "../../../providers/drbd/spec";
import type { Step } from "../../../providers/step";
import { steps } from "../../../providers/step";

/** One line of disks.json: something that a disk may hold, and what becomes of it. */
export interface DiskCase {
  readonly name: string;
  /** Only where device-mapper is. Default: everywhere. */
  readonly on?: "guest";
  readonly make: string;
  readonly release?: string;
  readonly disk?: { readonly sizeBytes?: number; readonly minimumBytes?: number; readonly serial?: string };
  readonly peerBytes?: number;
  readonly refused: readonly string[];
  readonly overwrite: "passes" | "refused";
}

export const CASES = (JSON.parse(readFileSync(join(__dirname, "disks.json"), "utf8")) as { cases: DiskCase[] }).cases;

/** Bytes of the disks that the cases are made on. */
export const SIZE = 512 * 1024 ** 2;
/** The serial of the disk that a case is made on. */
export const SERIAL = "blank-test";

const connection = (host: string) => ({ host, hostKey: "ssh-ed25519 AAAA", privateKey: "key" });

/** A mirror of the case's disk, on the node `one`, and a blank one. */
export function specOf(c: Pick<DiskCase, "disk">, overwrite: boolean): Spec {
  const disk = { serial: SERIAL, ...c.disk };
  return schema.parse({
    connections: { one: connection("192.0.2.1"), two: connection("192.0.2.2") },
    resource: "blanktest",
    minor: 7,
    nodes: {
      one: { address: "192.0.2.1", disk },
      two: { address: "192.0.2.2", disk: { serial: "peer-test" } },
    },
    sharedSecret: "s3cret-s3cret",
    overwrite: overwrite ? [disk.serial] : [],
  });
}

/** The other node: blank, and as large. */
const peer = (size: number): DrbdSeen => ({
  software: { loaded: true, module: "8.4.11", utils: "9.22.0" },
  files: {},
  disks: {
    found: [
      {
        path: "/dev/vdb",
        size,
        readOnly: false,
        links: ["/dev/disk/by-id/virtio-peer-test"],
        uses: [],
        partitions: [],
        signatures: [],
        zeros: { kind: "zero" },
      },
    ],
    serials: ["peer-test"],
  },
  state: undefined,
  running: { options: {}, net: {}, disk: {} },
  cluster: { pacemaker: false, managed: false },
  device: false,
  udevHost: "",
});

/** What the disk with its real content does to the plan: the refusal's text, or the steps. */
export function judge(c: DiskCase, overwrite: boolean, disks: DrbdSeen["disks"]): { refusal: string; steps: Step[] } {
  const two = peer(c.peerBytes ?? SIZE);
  const seen: AllSeen = { one: { ...two, disks }, two };
  try {
    return { refusal: "", steps: steps(drbd.plan(specOf(c, overwrite), seen)) };
  } catch (e) {
    return { refusal: (e as Error).message, steps: [] };
  }
}

/** What is wrong with how a case came out; empty when it is as the table says. */
export function verdict(c: DiskCase, overwrite: boolean, disks: DrbdSeen["disks"]): string[] {
  const { refusal, steps: all } = judge(c, overwrite, disks);
  const wrong: string[] = [];
  const say = (what: string): void => void wrong.push(`${c.name}${overwrite ? ", with consent" : ""}: ${what}`);
  const destroys = all.filter((s) => s.danger === "destroys" && s.node === "one").map((s) => s.object);
  if (!overwrite || c.overwrite === "refused") {
    if (c.refused.length === 0 && refusal !== "") say(`refused: ${refusal}`);
    if (c.refused.length > 0 && refusal === "") say("is not refused");
    for (const text of c.refused) if (!new RegExp(text).test(refusal)) say(`refused with: ${refusal}`);
    const serial = c.disk?.serial ?? SERIAL;
    if (refusal !== "" && !refusal.includes(`one: disk ${serial}`)) say(`does not name the disk: ${refusal}`);
    if (refusal !== "" && c.overwrite === "passes" && !refusal.includes(`overwrite: ["${serial}"]`))
      say(`does not name the way past it: ${refusal}`);
    if (destroys.length > 0) say(`destroys ${destroys.join()}`);
  } else {
    if (refusal !== "") say(`refused: ${refusal}`);
    if (destroys.some((o) => o !== SERIAL)) say(`destroys ${destroys.join()}`);
  }
  return wrong;
}
