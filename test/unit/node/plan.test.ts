/** What is done to a machine in which state, as a table; and what giving it back does. Proves the decisions, not that the commands work. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { steps } from "../../../providers/step";
import { plan, remove } from "../../../providers/node/plan";
import { live } from "../../../providers/node/read";
import { rules } from "../../../providers/node/spec";
import { seen, spec } from "./samples";

interface Case {
  readonly name: string;
  readonly spec?: Record<string, unknown>;
  readonly seen?: Record<string, unknown>;
  readonly plan: readonly string[];
}

const cases = JSON.parse(readFileSync(join(__dirname, "plans.json"), "utf8")) as Case[];

test.each(cases)("$name", (c) => {
  const more = Object.fromEntries(Object.entries(c.spec ?? {}).map(([k, v]) => [k, v ?? undefined]));
  const wanted = spec(more);
  const done = steps(plan(wanted, { qvddb1: seen(wanted, c.seen) }));
  expect(done.map((s) => (s.danger ? `[${s.danger}] ${s.reason}` : s.reason))).toEqual(c.plan);
});

test("the password goes to standard input and nowhere else", () => {
  const wanted = spec();
  const [step] = steps(plan(wanted, { qvddb1: seen(wanted, { pgpass: "absent" }) }));
  expect(JSON.stringify([step, step?.command.script.text])).not.toContain("top-secret");
  expect((step?.command.stdin as { reveal(): string }).reveal()).toBe("qvddb:5432:qvddb:qvd:top-secret\n");
});

test("a prepared machine reads as wanted", () => {
  const wanted = spec({ repository: undefined });
  expect(live(wanted, { qvddb1: seen(wanted) })).toEqual(wanted);
});

test("a change by hand shows in the property that it changed", () => {
  const wanted = spec({ packages: ["less"] });
  const now = seen(wanted, {
    missing: ["less"],
    enabled: ["postgresql.service"],
    pgpass: "other",
    hosts: "127.0.0.1 localhost\n",
  });
  expect(live(wanted, { qvddb1: now })).toEqual({
    ...wanted,
    packages: [],
    unitsOff: ["drbd.service"],
    hosts: [],
    pgpass: undefined,
  });
});

test("a machine that somebody else prepared in the same way reads as wanted", () => {
  const wanted = spec();
  const without = [
    "/var/lib/qvd-ha/node.json",
    "/etc/chrony/conf.d/qvd-ha.conf",
    "/etc/postgresql-common/createcluster.d/qvd-ha.conf",
  ];
  const hosts = "172.20.64.90 qvddb\n172.20.64.91 qvddb1\n192.168.0.91 qvddb1cx\n";
  expect(live(wanted, { qvddb1: seen(wanted, { hosts, without, timeSources: ["172.20.64.1"] }) })).toEqual(wanted);
});

test("a machine that was never prepared has none", () => {
  const wanted = spec();
  const without = ["/var/lib/qvd-ha/node.json", "/etc/chrony/conf.d/qvd-ha.conf"];
  expect(live(wanted, { qvddb1: seen(wanted, { hosts: "127.0.0.1 localhost\n", without }) })).toBeUndefined();
});

test("a machine is given back as it was found", () => {
  const wanted = spec();
  const done = steps(remove(wanted, { qvddb1: seen(wanted) }));
  expect(done[0]?.command.stdin).toBe("127.0.1.1 qvddb1\n127.0.0.1 localhost\n");
  expect(done.map((s) => s.reason)).toEqual([
    "take the cluster's names out of /etc/hosts",
    "take our entry out of root's .pgpass",
    "take our settings out of chrony",
    "let chrony forget them",
    "let postgresql.service start at boot again, as found",
    "remove what was written for the installation of packages",
  ]);
});

describe("the packages' own database cluster", () => {
  const START = "/etc/postgresql/15/main/start.conf";
  const comment = "# Automatic startup configuration\n#   auto: automatically start the cluster\n\n";
  const HOLD = "let the packages' own database cluster never start, as an update of the packages would start it";
  const planned = (text: string, more = {}) => {
    const wanted = spec(more);
    return steps(plan(wanted, { qvddb1: seen(wanted, { files: { [START]: text } }) }));
  };

  test.each(["auto", "manual"])("that may start (%s) is held, shows in what may start, and is given back", (word) => {
    const wanted = spec();
    const [step, ...others] = planned(`${comment}${word}\n`);
    expect([step?.reason, others]).toEqual([HOLD, []]);
    const text = step?.command.stdin as string;
    expect(text).toMatch(/^# Managed by qvd-ha: [^]*\ndisabled\n$/);
    expect(live(wanted, { qvddb1: seen(wanted, { files: { [START]: `${word}\n` } }) })?.unitsOff).toEqual([
      "drbd.service",
    ]);
    expect(planned(text)).toEqual([]);
    expect(live(wanted, { qvddb1: seen(wanted, { files: { [START]: text } }) })).toEqual(wanted);
    const back = steps(remove(wanted, { qvddb1: seen(wanted, { files: { [START]: text } }) }));
    expect(back.find((s) => s.reason.includes("start as found"))?.command.stdin).toBe(`${word}\n`);
  });

  test("without a word may start; one that somebody has held himself is left, and stays so", () => {
    expect(planned(comment).map((s) => s.reason)).toEqual([HOLD]);
    expect(planned(`${comment}disabled\n`)).toEqual([]);
    const wanted = spec();
    const back = steps(remove(wanted, { qvddb1: seen(wanted, { files: { [START]: `${comment}disabled\n` } }) }));
    expect(back.map((s) => s.reason).join()).not.toMatch(/start as found/);
  });

  test("is left alone where PostgreSQL's own unit may start", () => {
    expect(planned(`${comment}auto\n`, { unitsOff: [] })).toEqual([]);
  });
});

test("all findings come at once, each on its property", () => {
  const bad = spec({
    time: {},
    hosts: [
      { address: "172.20.64.90", names: ["qvddb"] },
      { address: "172.20.64.91", names: ["qvddb"] },
    ],
  });
  expect(rules({ ...bad, name: "other" }).map((f) => f.property)).toEqual([
    "connections",
    "time.servers",
    "hosts[1].names",
  ]);
});
