import { parseEvents } from "../../../drills/pieces/events";
import { counts, pieces, unaccounted } from "../../../drills/pieces/pieces";

// Texts as the format strings in the binaries of Pacemaker 2.1.5 and Corosync 3.1.7 give them; the times are made up.
const LOG = `
1700000003.000000 qvddb2 corosync[700]:   [TOTEM ] A processor failed, forming new configuration: token timed out (5000ms), waiting 6000ms for consensus.
1700000010.000000 qvddb2 corosync[700]:   [TOTEM ] A new membership (2.1f) was formed. Members left: 1
1700000010.000001 qvddb2 corosync[700]:   [TOTEM ] Failed to receive the leave message. failed: 1
1700000010.500000 qvddb2 pacemaker-controld[812]:  notice: Node qvddb1 state is now lost
1700000012.000000 qvddb2 pacemaker-fenced[808]:  notice: Requesting peer fencing (reboot) targeting qvddb1
1700000015.000000 qvddb2 pacemaker-fenced[808]:  notice: Operation 'reboot' targeting qvddb1 by qvddb2 for pacemaker-controld.812@qvddb2: OK (complete)
1700000015.100000 qvddb2 pacemaker-controld[812]:  notice: Peer qvddb1 was terminated (reboot) by qvddb2 on behalf of pacemaker-controld.812@qvddb2: OK
1700000017.000000 qvddb2 pacemaker-controld[812]:  notice: Requesting local execution of promote operation for p_drbd_postgres on qvddb2
1700000019.000000 qvddb2 pacemaker-controld[812]:  notice: Result of promote operation for p_drbd_postgres on qvddb2: ok
1700000020.000000 qvddb2 pacemaker-controld[812]:  notice: Requesting local execution of start operation for p_fs_postgres on qvddb2
1700000020.000000 qvddb2 pacemaker-controld[812]:  notice: Requesting local execution of start operation for p_ip_postgres on qvddb2
1700000021.000000 qvddb2 pacemaker-controld[812]:  notice: Result of start operation for p_ip_postgres on qvddb2: ok
1700000023.000000 qvddb2 pacemaker-controld[812]:  notice: Result of start operation for p_fs_postgres on qvddb2: ok
1700000023.500000 qvddb2 pacemaker-controld[812]:  notice: Requesting local execution of start operation for p_postgres on qvddb2
1700000033.500000 qvddb2 pacemaker-controld[812]:  notice: Result of start operation for p_postgres on qvddb2: ok
`;
const SECOND = 1_700_000_000_000;
const OFFSET = 2_000;
const outage = { injected: SECOND + OFFSET, firstWrite: SECOND + OFFSET + 35_000, victim: "qvddb1" };

describe("where the time went", () => {
  const events = parseEvents(LOG, OFFSET);

  it("is read off the survivor's log, on our clock", () => {
    expect(events[0]).toEqual({ at: SECOND + 3_000 + OFFSET, what: "token-lost" });
    const table = pieces(events, outage).map((p) => [p.name, p.from, p.seconds]);
    expect(table).toEqual([
      ["membership", 0, 10],
      ["decision to fence", 10, 2],
      ["fence", 12, expect.closeTo(3.1)],
      ["notifications before promotion", expect.closeTo(15.1), expect.closeTo(1.9)],
      ["promote", 17, 2],
      ["notifications after promotion", 19, 1],
      ["file system", 20, 3],
      ["address", 20, 1],
      ["PostgreSQL", 23.5, 10],
      ["first write", 33.5, 1.5],
    ]);
    // Between the file system and PostgreSQL; what runs side by side counts once.
    expect(unaccounted(pieces(events, outage), outage)).toBeCloseTo(0.5);
  });

  it("counts fencings and promotions, and neither what was before the fault nor what failed", () => {
    expect(counts(events, outage.injected)).toEqual({ fencings: 1, fencingFailures: 0, promotions: 1 });
    expect(counts(events, outage.firstWrite)).toEqual({ fencings: 0, fencingFailures: 0, promotions: 0 });
    const failed = LOG.replace("was terminated", "was not terminated").replace(/: OK$/gm, ": No such device");
    expect(counts(parseEvents(failed, OFFSET), outage.injected)).toMatchObject({ fencings: 0, fencingFailures: 1 });
  });

  it("leaves out what the log does not tell", () => {
    expect(pieces([], outage)).toEqual([]);
    expect(unaccounted([], outage)).toBe(35);
    const noFence = parseEvents(LOG.replace(/.*fenc.*\n/g, "").replace(/.*terminated.*\n/g, ""), OFFSET);
    expect(pieces(noFence, outage).map((p) => p.name)).not.toContain("fence");
  });
});
