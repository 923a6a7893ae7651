import { readFileSync } from "node:fs";
import { join } from "node:path";
import { faults } from "../../../drills/faults";
import * as tellings from "../../../drills/faults/tellings";

// Proves that every message a fault demands is one that the watch or Pacemaker's alert agent can send, by the sentences that stand in their scripts.
const SCRIPTS = join(__dirname, "..", "..", "..", "providers", "maintenance", "scripts");
/** What is said stands behind one of these words. */
const SAID = /(?:problem (?:"[^"]*"|\S+) \w+ |tell \w+ |text=)"((?:[^"\\$]|\\.|\$\{[^}]*\}|\$\([^)]*\)|\$\w+)*)"/g;
const VARIABLE = /\$\{[^}]*\}|\$\([^)]*\)|\$\w+/;

/** A sentence of a script, with anything in place of its variables. */
const pattern = (sentence: string): RegExp =>
  new RegExp(
    `^${sentence
      .split(VARIABLE)
      .map((s) => s.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
      .join(".*")}$`,
  );
const sentences = ["watch.sh", "alert.sh"].flatMap((name) =>
  [...readFileSync(join(SCRIPTS, name), "utf8").matchAll(SAID)]
    .map((m) => m[1] as string)
    // What is nothing but variables says anything.
    .filter((s) => s.replace(new RegExp(VARIABLE, "g"), "").split(" ").length > 3)
    .map(pattern),
);

const told = faults.flatMap((f) => (f.expect.tells ?? []).map((t) => [f.name, t] as const));

/** What is sent, by what a fault says of it. */
const MESSAGES: Readonly<Record<string, readonly string[]>> = {
  "the node is lost and redundancy with it": ["qvddb1 is lost: there is no redundancy"],
  "the node is lost and redundancy with it, once it is fenced": ["qvddb1 is lost: there is no redundancy"],
  "the router is out of reach and redundancy gone with it": [
    "qvddb1 does not reach the router (pingd is 0): nothing is promoted there",
    "qvddb1 has not reached the router (it has no pingd): nothing is promoted there",
  ],
  "ring 0 is down": ["Corosync's ring 0 is down, as seen by qvddb1"],
  "ring 1 is down": ["Corosync's ring 1 is down, as seen by qvddb1"],
  "a disk is gone and redundancy with it": [
    "postgres on qvddb2 is Connected, disks Diskless/UpToDate: there is no redundancy",
    "postgres on qvddb1 is Connected, disks UpToDate/Diskless: there is no redundancy",
    "postgres on qvddb1 serves from the other node's disk: its own is Diskless",
  ],
  "the data is no longer copied and redundancy is gone": [
    "postgres on qvddb2 is WFConnection, disks UpToDate/DUnknown: there is no redundancy",
    "postgres on qvddb1 is WFConnection, disks UpToDate/Outdated: there is no redundancy",
  ],
  "DRBD stands alone, and a person must decide": [
    "postgres on qvddb2 is StandAlone and does not try to connect: after a split brain a person must decide",
  ],
  "maintenance mode is on": ["maintenance mode is on: nothing is done about failures"],
  "the dead node was not fenced": ["qvddb1 is lost and was not fenced: what it had stays down until it is"],
  "it has no quorum": ["qvddb1 has no quorum: nothing runs on it"],
  "the monitor of the server failed": ["p_postgres: monitor failed on qvddb1"],
  "DRBD forbids promotion": [
    "postgres is promoted on no node: the data is not in use. DRBD forbids it on qvddb2, whose data is behind, until the other node is back",
  ],
};

describe("what a fault has told", () => {
  it.each(told)("%s: %j is a sentence of the watch or of the alert agent", (_name, { says, message }) => {
    const messages = MESSAGES[says] ?? [];
    expect(messages.length).toBeGreaterThan(0);
    for (const m of messages) {
      expect(m).toMatch(message);
      expect(sentences.some((s) => s.test(m))).toBe(true);
    }
  });

  it("is no other sentence", () => {
    const whole = "postgres on qvddb1 is Connected, disks UpToDate/UpToDate: there is no redundancy";
    for (const { message } of [tellings.diskLost, tellings.linkLost, tellings.standsAlone, tellings.nodeLost])
      expect(whole).not.toMatch(message);
    expect(sentences.some((s) => s.test("qvddb1 is lost: nobody minds"))).toBe(false);
  });

  it("has time to be told before the fault is taken back; a node that is fenced is told of by Pacemaker itself", () => {
    const takenBack = faults.filter(
      (f) => f.expect.tells && f.does.some((a) => a.undo?.some((u) => u.kind !== "power")),
    );
    expect(takenBack.length).toBeGreaterThan(10);
    for (const { expect: e } of takenBack.filter((f) => f.expect.fenced === undefined)) {
      const longest = Math.max(...(e.tells ?? []).map((t) => t.within));
      const lasts = (e.shows ?? []).map((s) => s.lasts ?? 0);
      expect(Math.max(e.holds ?? 0, e.staysDown ?? 0, ...lasts)).toBeGreaterThanOrEqual(longest);
    }
  });

  it("is every loss of redundancy by itself, within a minute", () => {
    const within = faults.filter((f) => f.expect.tells?.some((t) => t.within <= 60)).map((f) => f.name);
    expect(within.sort()).toEqual(
      [
        ...["power-cut", "standby-cut", "kernel-crash", "both-rings-down", "partition", "one-way", "one-way-in"],
        ...[
          "reset",
          "frozen",
          "power-cycles",
          "hang",
          "frozen-file-system",
          "fence-by-order",
          "reboot",
          "reboot-standby",
        ],
        ...["ring-0-down", "ring-1-down", "drbd-link-down", "banned-then-dead", "fence-device-down", "split-brain"],
        ...["active-disk-gone", "active-disk-errors", "standby-disk-gone", "standby-disk-errors"],
        ...["maintenance-mode", "maintenance-address", "postmaster-killed-everywhere"],
      ].sort(),
    );
  });
});
