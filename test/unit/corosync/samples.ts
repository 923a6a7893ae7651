import type { CorosyncSeen } from "../../../providers/corosync/read";
import { keyHash } from "../../../providers/corosync/read";
import { keysOf } from "../../../providers/corosync/keys";
import { render } from "../../../providers/corosync/render";
import type { Spec } from "../../../providers/corosync/spec";
import { schema } from "../../../providers/corosync/spec";

const connection = (host: string) => ({ host, hostKey: "ssh-ed25519 AAAA", privateKey: "key" });

export const input = (more: object = {}): unknown => ({
  connections: { qvddb1: connection("172.20.64.91"), qvddb2: connection("172.20.64.92") },
  nodes: {
    qvddb1: { nodeId: 1, ring0: "172.20.64.91", ring1: "192.168.0.91" },
    qvddb2: { nodeId: 2, ring0: "172.20.64.92", ring1: "192.168.0.92" },
  },
  authkey: Buffer.alloc(256, 7).toString("base64"),
  ...more,
});

export const spec = (more: object = {}): Spec => schema.parse(input(more));

export const oneRing = (more: object = {}): Spec =>
  spec({
    nodes: { qvddb1: { nodeId: 1, ring0: "172.20.64.91" }, qvddb2: { nodeId: 2, ring0: "172.20.64.92" } },
    ...more,
  });

/** A node on which the packages were just installed, without being started. */
export const bare = (): CorosyncSeen => ({
  conf: undefined,
  key: undefined,
  running: undefined,
  pending: false,
  units: { corosync: false, pacemaker: false, enabled: false, masked: true },
  membership: { online: [], running: [], quorate: false, links: [] },
  device: undefined,
});

export const formed = (s: Spec): CorosyncSeen => ({
  conf: render(s),
  key: { sha256: keyHash(s), mode: "400" },
  running: keysOf(render(s)),
  pending: false,
  units: { corosync: true, pacemaker: true, enabled: true, masked: false },
  membership: { online: ["qvddb1", "qvddb2"], running: [], quorate: true, links: [true, true] },
  device: s.device && { running: true, connected: true },
});

/** With the service on the first node. */
export const serving = (s: Spec): CorosyncSeen => ({
  ...formed(s),
  membership: { ...formed(s).membership, running: ["p_postgres"], promoted: ["qvddb1"] },
});
