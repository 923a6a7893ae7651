import type { DrbdSeen } from "../../../providers/drbd/read";
import type { Spec } from "../../../providers/drbd/spec";
import { schema } from "../../../providers/drbd/spec";

const connection = (host: string) => ({ host, hostKey: "ssh-ed25519 AAAA", privateKey: "key" });

/** The input of the lab, as a program gives it. */
export const input = (more: object = {}): unknown => ({
  connections: { qvddb1: connection("172.20.64.91"), qvddb2: connection("172.20.64.92") },
  nodes: {
    qvddb1: { address: "192.168.0.91", disk: { serial: "qvddb1-data" } },
    qvddb2: { address: "192.168.0.92", disk: { serial: "qvddb2-data" } },
  },
  sharedSecret: "s3cret-s3cret",
  ...more,
});

export const spec = (more: object = {}): Spec => schema.parse(input(more));

/** Debian 12 with a blank disk of 2 GiB, nothing configured. */
export const blank = (node: string): DrbdSeen => ({
  software: { loaded: false, module: "8.4.11", utils: "9.22.0" },
  files: {},
  disks: {
    found: [
      {
        path: "/dev/vdb",
        size: 2147483648,
        readOnly: false,
        links: [`/dev/disk/by-id/virtio-${node}-data`],
        uses: [],
        partitions: [],
        signatures: [],
        zeros: { kind: "zero" },
      },
    ],
    serials: [`${node}-data`],
  },
  state: undefined,
  running: { options: {}, net: {}, disk: {} },
  cluster: { pacemaker: false, managed: false },
  device: false,
  udevHost: "",
});

/** Both connected and up to date, none promoted. */
export const synced = {
  connection: "Connected",
  connected: true,
  role: "Secondary",
  peerRole: "Secondary",
  disk: "UpToDate",
  peerDisk: "UpToDate",
};

/** The same in use for long: a file system on DRBD, both connected and up to date. */
export function inUse(node: string, files: DrbdSeen["files"]): DrbdSeen {
  const b = blank(node);
  return {
    ...b,
    software: { ...b.software, loaded: true },
    files,
    disks: {
      ...b.disks,
      found: b.disks.found.map(({ zeros: _, ...d }) => ({
        ...d,
        signatures: [
          { type: "drbd", offset: 2147479612 },
          { type: "xfs", offset: 0 },
        ],
        metadata: { format: "attached", currentUuid: "A1B2C3D4E5F60718" },
      })),
    },
    state: synced,
    device: true,
  };
}

export const paths = {
  qvddb1: "/dev/disk/by-id/virtio-qvddb1-data",
  qvddb2: "/dev/disk/by-id/virtio-qvddb2-data",
};
