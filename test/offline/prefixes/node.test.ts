import { join } from "node:path";
import { node } from "../../../providers/node";
import { raw } from "../../../providers/remote";
import { spec as machine } from "../../unit/node/samples";
import { converge, everyPrefix } from "./replan";
import type { Room } from "./room";
import { Rooms } from "./stage";

/**
 * Proves of a node's preparation that it comes to the same end from every stop, and that at none of them a package has started anything, a database would start at boot, or the
 * password lies anywhere but in root's .pgpass. Real: the scripts and the files. Stand-ins (./standins/machine): systemd, apt with what Debian's packages do, chronyc.
 */
jest.setTimeout(300_000);

const rooms = new Rooms(["qvddb1"], join(__dirname, "standins", "machine"));
afterAll(() => rooms.end());
const room = rooms.byName.qvddb1 as Room;
const PASSWORD = "top-secret";
const has = (f: string): boolean => {
  const w = room.written()[f];
  return w !== undefined && w !== "gone";
};
const out = (script: string): string => room.run({ script: raw(script) }).stdout.trim();

/** A machine that was just installed: nothing of what the cluster needs, and nothing of this machine's own. */
const bare = (): void => {
  out(`rm -rf /etc/corosync /etc/chrony /etc/postgresql-common /etc/drbd.d /var/lib/pacemaker /var/lib/corosync /root/.pgpass /var/lib/qvd-ha /usr/sbin/policy-rc.d
mkdir -p /run/standin /etc/apt/sources.list.d; printf '127.0.0.1 localhost\\n127.0.1.1 qvddb1\\n' >/etc/hosts`);
};
/** The same with the packages in it, started as they start themselves: one-node cluster and all. */
const image = (): void => {
  bare();
  out(`apt-get install --no-install-recommends chrony corosync drbd-utils pacemaker postgresql; rm -f /run/standin/disturbed
mkdir -p /var/lib/pacemaker/cib /var/lib/corosync; echo '<cib/>' >/var/lib/pacemaker/cib/cib.xml; rm -f /run/standin/postgresql@15-main.service.*`);
};

const check = (): void => {
  expect(out("cat /run/standin/disturbed 2>/dev/null || true")).toBe("");
  if (has("/run/standin/postgresql.service.enabled") && has("/run/standin/postgresql@15-main.service.exists"))
    throw new Error("a database would start at boot");
  expect(room.holding(PASSWORD).filter((f) => f !== "/root/.pgpass")).toEqual([]);
  if (has("/root/.pgpass")) expect(room.written()["/root/.pgpass"]).toMatch(/^600 /);
};

const wanted = machine();

describe("preparing a machine, replanned after every number of steps", () => {
  test.each([
    ["that was just installed", bare, 8],
    ["whose packages have started a cluster of one", image, 8],
  ])("%s", (_, begin, least) => {
    const steps = everyPrefix(rooms.stage(node, wanted, begin, check), ["as planned"]);
    expect(steps.length).toBeGreaterThanOrEqual(least);
    for (const unit of ["postgresql", "drbd", "corosync", "pacemaker"])
      expect([unit, has(`/run/standin/${unit}.service.enabled`), has(`/run/standin/${unit}.service.active`)]).toEqual([
        unit,
        false,
        false,
      ]);
    expect(has("/usr/sbin/policy-rc.d")).toBe(false);
  });

  test("and giving it back", () => {
    const there = (): void => {
      bare();
      converge(rooms.stage(node, wanted, bare, check));
    };
    const steps = everyPrefix(rooms.stage(node, wanted, there, check, true), ["as planned"]);
    expect(steps.length).toBeGreaterThanOrEqual(3);
    expect(out("cat /etc/hosts")).toBe("127.0.1.1 qvddb1\n127.0.0.1 localhost");
  });
});
