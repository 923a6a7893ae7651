import { plan } from "../../../providers/corosync/plan";
import { qdevice } from "../../../providers/qdevice";
import type { QuorumDeviceSeen } from "../../../providers/qdevice/read";
import { steps } from "../../../providers/step";
import { formed, spec } from "../../unit/corosync/samples";
import { ARBITER, ARBITER_ADDRESS, Trio } from "./trio";

/**
 * The third vote with the real Corosync, corosync-qdevice, corosync-qnetd and NSS: certificates by our own steps, then a split with it and without it.
 * Proves who has quorum, and that the exchange of certificates comes to an end from every step. Not: what Pacemaker makes of it, nor systemd.
 * Needs corosync, corosync-qdevice, corosync-qnetd, libnss3-tools, nftables, root.
 */
jest.setTimeout(240_000);
const connection = { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };
const trust = qdevice.schema.parse({
  connections: { qvddb1: connection, qvddb2: connection, [ARBITER]: connection },
  arbiter: ARBITER,
  clusterName: "qvd-ha",
});
const NODES = ["qvddb1", "qvddb2"] as const;
const device = { host: ARBITER_ADDRESS, timeout: 4000, syncTimeout: 6000 };
const withVote = spec({ token: 1500, device, twoNode: false });
const trio = new Trio();
afterAll(() => trio.end());

const seen = (): QuorumDeviceSeen =>
  Object.fromEntries(
    Object.keys(trust.connections).map((n) => {
      const { trust: fact } = qdevice.facts(trust, n);
      return [n, { trust: fact.parse(trio.run(n, fact.command)) }];
    }),
  );

/** One turn, as the driver takes it; gives what was done. */
function turn(): string[] {
  const due = steps(qdevice.plan(trust, seen()));
  for (const s of due) expect({ ...trio.run(s.node, s.command), stdout: "" }).toMatchObject({ code: 0 });
  return due.map((s) => `${s.node}: ${s.reason}`);
}

test("certificates: found, asked for, signed, taken, and then nothing is left to do", () => {
  expect(turn()).toEqual([
    "arbiter: make the authority whose word counts for the third vote",
    "arbiter: corosync-qnetd does not run: start it, and at boot",
  ]);
  expect(turn()).toEqual(NODES.map((n) => `${n}: trust the QNet CA of arbiter, and ask for a certificate`));
  expect(turn()).toEqual(NODES.map((n) => `arbiter: sign the certificate of ${n}`));
  expect(turn()).toEqual(NODES.map((n) => `${n}: take the certificate that was signed`));
  expect(turn()).toEqual([]);
});

test("a node that was made anew gets a certificate again, and the other one keeps its own", () => {
  trio.in("qvddb2", "rm -rf /etc/corosync/qdevice");
  expect([turn(), turn(), turn(), turn()].flat().map((s) => s.split(":")[0])).toEqual(["qvddb2", "arbiter", "qvddb2"]);
});

test("with it, one half of a split has quorum, and only one", async () => {
  for (const n of NODES) trio.start(n, withVote);
  const off = { ...formed(withVote), device: { running: false, connected: false } };
  const due = steps(plan(withVote, { qvddb1: off, qvddb2: off }));
  expect(due.map((s) => s.reason.split(":")[0])).toEqual([
    ...NODES.map(() => "corosync-qdevice does not run"),
    ...NODES.map(() => "wait until the host of the third vote answers"),
  ]);
  expect(await trio.until(() => NODES.every(trio.members), 40)).toBe(true);
  // A cluster that starts waits for all three.
  expect(NODES.some(trio.quorate)).toBe(false);
  for (const s of due) expect({ ...trio.run(s.node, s.command), stdout: "" }).toMatchObject({ code: 0 });
  expect(await trio.until(() => NODES.every(trio.quorate), 40)).toBe(true);
  expect(trio.in("qvddb1", "corosync-quorumtool -s")).toMatch(/^Total votes:\s+3$/m);

  trio.part();
  expect(await trio.until(() => NODES.filter(trio.quorate).length === 1, 40)).toBe(true);
  // It stays so.
  await new Promise((r) => setTimeout(r, 8000));
  expect(NODES.filter(trio.quorate)).toHaveLength(1);
  trio.mend();
  expect(await trio.until(() => NODES.every(trio.quorate), 40)).toBe(true);

  // The arbiter gone, the two of them are still a majority; so its death takes nothing down.
  trio.stop(ARBITER, "corosync-qnetd");
  await new Promise((r) => setTimeout(r, 12_000));
  expect(NODES.every(trio.quorate)).toBe(true);
});

test("another authority, as make rotate SECRET=third-vote tells: both nodes keep their quorum, and have the vote again with certificates of it", async () => {
  // The arbiter's daemon was stopped above.
  const old = trio.in("qvddb1", "certutil -L -d /etc/corosync/qdevice/net/nssdb -n 'QNet CA' -a");
  trio.in(ARBITER, "mv /etc/corosync/qnetd/nssdb /etc/corosync/qnetd/nssdb.old");
  const done = [turn(), turn(), turn(), turn()].flat().map((s) => s.split(":")[0]);
  expect(done).toEqual([ARBITER, ARBITER, ...NODES, ARBITER, ARBITER, ...NODES]);
  expect(turn()).toEqual([]);
  expect(trio.in("qvddb1", "certutil -L -d /etc/corosync/qdevice/net/nssdb -n 'QNet CA' -a")).not.toBe(old);
  for (const n of NODES) {
    // systemd's restart waits for the end of the old one.
    trio.stop(n, "corosync-qdevice");
    await new Promise((r) => setTimeout(r, 3000));
    trio.in(n, "systemctl restart corosync-qdevice");
    const state = (): string =>
      trio.in(n, "corosync-qdevice-tool -s 2>&1; tail -n 3 /run/corosync-qdevice.log || true");
    const connected = await trio.until(() => /State:\s+Connected/.test(state()), 40);
    expect(connected ? "Connected" : state()).toBe("Connected");
    expect(NODES.every(trio.quorate)).toBe(true);
  }
  expect(await trio.until(() => /^Total votes:\s+3$/m.test(trio.in("qvddb1", "corosync-quorumtool -s")), 40)).toBe(
    true,
  );
});

test("without it, both halves of a split have quorum, and fencing alone decides", async () => {
  const two = spec({ token: 1500 });
  for (const n of NODES) for (const d of ["corosync-qdevice", "corosync"]) trio.stop(n, d);
  await new Promise((r) => setTimeout(r, 3000));
  for (const n of NODES) trio.start(n, two);
  expect(await trio.until(() => NODES.every((n) => trio.members(n) && trio.quorate(n)), 40)).toBe(true);
  trio.part();
  expect(await trio.until(() => !NODES.some(trio.members), 40)).toBe(true);
  expect(NODES.map(trio.quorate)).toEqual([true, true]);
});
