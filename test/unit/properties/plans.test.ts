import { corosync } from "../../../providers/corosync";
import { drbd } from "../../../providers/drbd";
import { fenceClient } from "../../../providers/fencing";
import { node } from "../../../providers/node";
import { postgres } from "../../../providers/postgres";
import type { PostgresSeen } from "../../../providers/postgres/read";
import type { AnyKind, Placed } from "../../../providers/kind";
import { reveal, Secret } from "../../../providers/remote";
import { DANGERS, steps } from "../../../providers/step";
import type { Plan } from "../../../providers/step";
import { bare, serving, spec as ring } from "../corosync/samples";
import { blank, spec as mirror } from "../drbd/samples";
import { seen as machine, spec as prepared } from "../node/samples";
import { spec as database } from "../postgres/base";

/**
 * What must hold of every plan, whatever is planned: proved on the largest plan of each kind. That plans can be left after any step and taken up again is proved by running
 * them (test/offline/prefixes, test/e2e/faults).
 */
interface Given {
  readonly kind: AnyKind;
  readonly spec: Placed;
  readonly seen: Readonly<Record<string, unknown>>;
  /** None of these may stand anywhere but on standard input. */
  readonly secrets: readonly string[];
}

const idle = {
  managed: "no",
  drbd: { role: "Secondary", connection: "Connected", disks: "UpToDate/UpToDate" },
  place: { mountPoint: "absent", running: false },
  stamp: {},
} as unknown as PostgresSeen;
const BARE = {
  missing: ["chrony"],
  hosts: "127.0.1.1 qvddb1\n",
  pgpass: "absent",
  synchronised: false,
  enabled: ["postgresql.service"],
};
const [disks, pair, machine1, data] = [mirror(), ring(), prepared(), database()];
const moved = ring({ clusterName: "other", token: 4000, authkey: Buffer.alloc(256, 9).toString("base64") });
const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0LWtleQ\n-----END OPENSSH PRIVATE KEY-----\n";
const client = fenceClient.schema.parse({
  connections: disks.connections,
  hypervisors: [{ name: "aries", address: "172.20.64.1", hostKey: "ssh-ed25519 AAAAhost" }],
  privateKey: key,
}) as Placed;
const absent = { key: "absent", config: undefined, knownHosts: undefined };

const GIVEN: Record<string, Given> = {
  "a machine that was just installed": {
    kind: node,
    spec: machine1,
    seen: { qvddb1: machine(machine1, BARE) },
    secrets: ["top-secret"],
  },
  "two blank disks": {
    kind: drbd,
    spec: disks,
    seen: { qvddb1: blank("qvddb1"), qvddb2: blank("qvddb2") },
    secrets: [disks.sharedSecret],
  },
  "no data yet": { kind: postgres, spec: data, seen: { qvddb1: idle, qvddb2: idle }, secrets: [data.role.password] },
  "a ring to be formed": {
    kind: corosync,
    spec: pair,
    seen: { qvddb1: bare(), qvddb2: bare() },
    secrets: [pair.authkey],
  },
  "a ring that serves and changes": {
    kind: corosync,
    spec: moved,
    seen: { qvddb1: serving(pair), qvddb2: serving(pair) },
    secrets: [moved.authkey],
  },
  "no fence key yet": {
    kind: fenceClient,
    spec: client,
    seen: { qvddb1: absent, qvddb2: absent },
    secrets: [key, "c2VjcmV0LWtleQ"],
  },
};

const texts = (p: Plan): string[] => steps(p).flatMap((s) => [s.reason, s.command.script.text, JSON.stringify(s)]);

describe.each(Object.entries(GIVEN))("the plan for %s", (_, { kind, spec, seen, secrets }) => {
  const plan = kind.plan(spec, seen as never);

  it("has steps, and each says where, why, and how long at most", () => {
    expect(steps(plan).length).toBeGreaterThan(1);
    for (const s of steps(plan)) {
      expect(Object.keys(spec.connections)).toContain(s.node);
      expect(s.reason).toMatch(/\S+ \S+/);
      expect(s.reason).not.toMatch(/\n/);
      expect(s.command.timeoutSeconds ?? 120).toBeGreaterThan(0);
      expect(DANGERS).toContain(s.danger ?? "none");
    }
  });

  it("is the same each time: nothing in it depends on when it was made", () => {
    const again = kind.plan(spec, seen as never);
    expect(texts(again)).toEqual(texts(plan));
  });

  it("destroys nothing on disks that nobody has named", () => {
    expect(steps(plan).filter((s) => s.danger === "destroys")).toEqual([]);
  });

  it("has secrets on standard input only, where they cannot be printed", () => {
    const all = texts(plan).join("\n");
    for (const secret of secrets) expect(all).not.toContain(secret);
    const given = steps(plan).map((s) => s.command.stdin);
    const carriers = given.filter((d) => d !== undefined && secrets.some((x) => reveal(d).includes(x)));
    expect(carriers.every((d) => d instanceof Secret)).toBe(true);
    expect(carriers.length).toBeGreaterThan(0);
  });
});
