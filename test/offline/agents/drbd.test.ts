/**
 * Proves what our agent in front of ocf:linbit:drbd does itself and what it leaves to that one, by /proc/drbd as kernels have shown it, with stand-ins for drbdadm,
 * for attrd_updater and for that agent. Does not prove what DRBD does; the drills do, and there both agents were asked about the same states.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DRBD_AGENT } from "../../../providers/agents/text/drbd";
import { act as call } from "./act";

const home = mkdtempSync(join(tmpdir(), "drbd-agent-"));
const [agent, proc, log] = [join(home, "agent"), join(home, "proc"), join(home, "log")];
const THEIRS = 42;

const VERSION = "version: 8.4.11 (api:1/proto:86-101)\nsrcversion: 0123456789ABCDEF\n";
const line = (minor: number, connection: string, roles: string, disks: string): string =>
  `${String(minor).padStart(2)}: cs:${connection} ro:${roles} ds:${disks} C r-----\n    ns:0 nr:0 dw:0 dr:0 al:0 bm:0 lo:0 pe:0 ua:0 ap:0 ep:1 wo:f oos:0\n`;
const kernel = (...lines: string[]): void => writeFileSync(proc, VERSION + lines.join(""));

const put = (path: string, text: string): void => {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text, { mode: 0o755 });
};

beforeAll(() => {
  mkdirSync(join(home, "dev/drbd/by-res/postgres"), { recursive: true });
  for (const minor of ["0", "7"]) execFileSync("mknod", [join(home, `dev/drbd${minor}`), "b", "147", minor]);
  symlinkSync("../../../drbd7", join(home, "dev/drbd/by-res/postgres/0"));
  put(
    agent,
    DRBD_AGENT.replace("PATH=", `PATH=${join(home, "bin")}:`)
      .replaceAll("/proc/drbd", proc)
      .replaceAll("/dev/drbd", join(home, "dev/drbd")),
  );
  put(join(home, "ocf/resource.d/linbit/drbd"), `#!/bin/sh\necho "theirs $*" >>${log}\nexit ${THEIRS}\n`);
  put(join(home, "bin/attrd_updater"), `#!/bin/sh\necho "attrd_updater $*" >>${log}\n`);
  put(join(home, "bin/sleep"), `#!/bin/sh\necho "sleep $*" >>${log}\n`);
});
afterAll(() => rmSync(home, { recursive: true }));

/** What DRBD does at drbdadm's word: its exit status, and what /proc/drbd shows afterwards. */
const answers = (code: number, roles?: string, disks = "UpToDate/UpToDate"): void =>
  put(
    join(home, "bin/drbdadm"),
    `#!/bin/sh\necho "drbdadm $*" >>${log}\n${roles === undefined ? "" : `cat >${proc} <<'END'\n${VERSION}${line(7, "Connected", roles, disks)}END\n`}exit ${code}\n`,
  );

function act(action: string, params: Record<string, string> = {}, resource = "p_drbd_postgres") {
  rmSync(log, { force: true });
  const { status, stderr } = call({
    agent,
    action,
    resource,
    params: { drbd_resource: "postgres", ignore_missing_notifications: "true", ...params },
    seconds: 20,
    state: home,
    environment: { OCF_ROOT: join(home, "ocf") },
  });
  return { status, stderr, did: existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [] };
}

const SCORE = (n: number): string => `attrd_updater -n master-p_drbd_postgres -U ${n}`;

describe("a monitor", () => {
  test.each([
    ["Connected", "Primary/Secondary", "UpToDate/UpToDate", 8, [SCORE(10000)]],
    ["Connected", "Secondary/Primary", "UpToDate/UpToDate", 0, [SCORE(10000)]],
    ["SyncSource", "Primary/Secondary", "UpToDate/Inconsistent", 8, [SCORE(10000)]],
    ["WFConnection", "Primary/Unknown", "UpToDate/DUnknown", 8, [SCORE(10000)]],
    ["WFConnection", "Primary/Unknown", "UpToDate/Outdated", 8, [SCORE(10000)]],
    ["WFConnection", "Secondary/Unknown", "UpToDate/DUnknown", 0, [SCORE(1000)]],
    ["WFConnection", "Secondary/Unknown", "UpToDate/Outdated", 0, [SCORE(10000)]],
    // Not plain: that agent's.
    ["SyncTarget", "Secondary/Primary", "Inconsistent/UpToDate", THEIRS, ["theirs monitor"]],
    ["WFConnection", "Secondary/Unknown", "Outdated/DUnknown", THEIRS, ["theirs monitor"]],
    ["WFConnection", "Secondary/Unknown", "Consistent/DUnknown", THEIRS, ["theirs monitor"]],
    ["Connected", "Primary/Secondary", "Diskless/UpToDate", THEIRS, ["theirs monitor"]],
    ["WFReportParams", "Secondary/Unknown", "Negotiating/DUnknown", THEIRS, ["theirs monitor"]],
  ])("of %s %s %s", (connection, roles, disks, status, did) => {
    kernel(line(0, "Connected", "Primary/Primary", "Failed/Failed"), line(7, connection, roles, disks));
    expect(act("monitor")).toMatchObject({ status, did });
  });

  describe("that comes again", () => {
    const NODE = "qvddb2";
    const again = (answer: string, code: number): ReturnType<typeof act> => {
      put(
        join(home, "bin/cibadmin"),
        `#!/bin/sh\necho "cibadmin $*" >>${log}\nprintf '%s\\n' '${answer}'\nexit ${code}\n`,
      );
      kernel(line(7, "Connected", "Secondary/Primary", "UpToDate/UpToDate"));
      return act("monitor", { CRM_meta_interval: "20000", CRM_meta_on_node: NODE });
    };
    const ASKS = `cibadmin --query --local --xpath //node_state[@uname='${NODE}']/transient_attributes//nvpair[@name='master-p_drbd_postgres']`;
    const written = (value: number): string =>
      `<nvpair id="status-2-master-p_drbd_postgres" name="master-p_drbd_postgres" value="${value}"/>`;

    test("says nothing that is written already", () =>
      expect(again(written(10000), 0)).toMatchObject({ status: 0, did: [ASKS] }));

    test("says what is different", () =>
      expect(again(written(1000), 0)).toMatchObject({ status: 0, did: [ASKS, SCORE(10000)] }));

    test("has everything written anew that Pacemaker has forgotten", () =>
      expect(again("", 105)).toMatchObject({ status: 0, did: [ASKS, SCORE(10000), "attrd_updater --refresh"] }));

    test("says it as ever where nobody can tell what is written", () =>
      expect(again("", 102)).toMatchObject({ status: 0, did: [ASKS, SCORE(10000)] }));

    test("does not wait for a configuration that nobody gives out", () => {
      put(join(home, "bin/cibadmin"), `#!/bin/bash\nexec /bin/sleep 60\n`);
      kernel(line(7, "Connected", "Secondary/Primary", "UpToDate/UpToDate"));
      const begun = Date.now();
      const done = act("monitor", { CRM_meta_interval: "20000", CRM_meta_on_node: NODE });
      expect(done).toMatchObject({ status: 0, did: [SCORE(10000)] });
      expect(Date.now() - begun).toBeLessThan(10_000);
    });
  });

  test("of an instance with a number goes by the resource's name", () => {
    kernel(line(7, "Connected", "Secondary/Primary", "UpToDate/UpToDate"));
    expect(act("monitor", {}, "p_drbd_postgres:1").did).toEqual([SCORE(10000)]);
  });

  test.each([
    ["no DRBD", (): void => rmSync(proc, { force: true })],
    ["another resource only", () => kernel(line(0, "Connected", "Primary/Secondary", "UpToDate/UpToDate"))],
    ["one that is not configured", () => kernel(" 7: cs:Unconfigured\n")],
    ["DRBD 9", () => writeFileSync(proc, "version: 9.2.1 (api:2/proto:86-121)\n")],
    [
      "a version that is not told",
      () => writeFileSync(proc, line(7, "Connected", "Primary/Secondary", "UpToDate/UpToDate")),
    ],
  ])("of %s is that agent's", (_what, make) => {
    make();
    expect(act("monitor")).toMatchObject({ status: THEIRS, did: ["theirs monitor"] });
  });

  test("with a second volume, a parameter that changes scores, or no resource is that agent's", () => {
    kernel(line(7, "Connected", "Primary/Secondary", "UpToDate/UpToDate"));
    const second = join(home, "dev/drbd/by-res/postgres/1");
    symlinkSync("../../../drbd0", second);
    expect(act("monitor").did).toEqual(["theirs monitor"]);
    rmSync(second);
    for (const [name, value] of [
      ["adjust_master_score", "1 2 3 4"],
      ["connect_only_after_promote", "true"],
      ["stop_outdates_secondary", "true"],
      ["unfence_if_all_uptodate", "true"],
      ["drbdconf", "/etc/other.conf"],
      ["drbd_resource", ""],
      ["drbd_resource", "other"],
    ] as const)
      expect(act("monitor", { [name]: value }).did).toEqual(["theirs monitor"]);
    expect(act("monitor").did).toEqual([SCORE(10000)]);
  });
});

describe("a promotion", () => {
  test("is DRBD's own, by one command", () => {
    kernel(line(7, "Connected", "Secondary/Secondary", "UpToDate/UpToDate"));
    answers(0, "Primary/Secondary");
    expect(act("promote")).toMatchObject({ status: 0, did: ["drbdadm primary postgres"] });
    expect(act("promote")).toMatchObject({ status: 0, did: [] });
  });

  test("that DRBD refuses for its data's sake fails, says why, and is not asked for at once again", () => {
    kernel(line(7, "WFConnection", "Secondary/Unknown", "UpToDate/DUnknown"));
    answers(17);
    const { status, stderr, did } = act("promote");
    expect([status, did]).toEqual([1, ["drbdadm primary postgres", "sleep 10"]]);
    expect(stderr).toMatch(/^ocf-exit-reason:DRBD refuses to promote postgres/);
  });

  test("is asked for again while DRBD still takes a dead peer for a Primary, and then it is that agent's", () => {
    kernel(line(7, "Connected", "Secondary/Primary", "UpToDate/UpToDate"));
    answers(11);
    const once = ["drbdadm primary postgres", "sleep 0.2"];
    expect(act("promote").did).toEqual([...Array.from({ length: 20 }, () => once).flat(), "theirs promote"]);
    const noticed = join(home, "noticed");
    put(
      join(home, "bin/drbdadm"),
      `#!/bin/sh\necho "drbdadm $*" >>${log}\n[ -e ${noticed} ] || { touch ${noticed}; exit 11; }\ncat >${proc} <<'END'\n${VERSION}${line(7, "WFConnection", "Primary/Unknown", "UpToDate/Outdated")}END\n`,
    );
    expect(act("promote")).toMatchObject({ status: 0, did: [...once, "drbdadm primary postgres"] });
  });

  test("that was said and not done is that agent's", () => {
    kernel(line(7, "Connected", "Secondary/Primary", "UpToDate/UpToDate"));
    answers(0);
    expect(act("promote")).toMatchObject({ status: THEIRS, did: ["drbdadm primary postgres", "theirs promote"] });
  });

  test.each(["Outdated/DUnknown", "Inconsistent/UpToDate", "Consistent/DUnknown", "Diskless/UpToDate"])(
    "with disks %s is that agent's",
    (disks) => {
      kernel(line(7, "Connected", "Secondary/Unknown", disks));
      answers(0, "Primary/Unknown");
      expect(act("promote")).toMatchObject({ status: THEIRS, did: ["theirs promote"] });
    },
  );
});

describe("a demotion", () => {
  test("is DRBD's own, whatever its disk, by one command", () => {
    for (const disks of ["UpToDate/UpToDate", "Diskless/UpToDate"]) {
      kernel(line(7, "Connected", "Primary/Secondary", disks));
      answers(0, "Secondary/Secondary", disks);
      expect(act("demote")).toMatchObject({ status: 0, did: ["drbdadm secondary postgres"] });
      expect(act("demote")).toMatchObject({ status: 0, did: [] });
    }
  });

  test("of a device that is held is tried again, and then that agent's", () => {
    kernel(line(7, "Connected", "Primary/Secondary", "UpToDate/UpToDate"));
    answers(11);
    const once = ["drbdadm secondary postgres", "sleep 0.2"];
    expect(act("demote")).toMatchObject({ status: THEIRS, did: [...once, ...once, ...once, "theirs demote"] });
  });
});

test.each(["start", "stop", "notify", "reload", "validate-all"])("%s is that agent's", (action) => {
  kernel(line(7, "Connected", "Primary/Secondary", "UpToDate/UpToDate"));
  expect(act(action)).toMatchObject({ status: THEIRS, did: [`theirs ${action}`] });
});

test("without that agent it says what is missing", () => {
  rmSync(join(home, "ocf/resource.d/linbit/drbd"));
  const { status, stderr } = act("stop");
  expect([status, stderr]).toEqual([5, "ocf-exit-reason:ocf:linbit:drbd is missing (drbd-utils)\n"]);
});

test("its description is XML with the parameters that it reads", () => {
  const r = spawnSync(agent, ["meta-data"], { encoding: "utf8" });
  const check = spawnSync("xmllint", ["--nonet", "--noout", "-"], { input: r.stdout, encoding: "utf8" });
  expect([check.status, check.stderr]).toEqual([0, ""]);
  expect([...r.stdout.matchAll(/<parameter name="(\w+)"/g)].map((m) => m[1])).toEqual([
    "drbd_resource",
    "ignore_missing_notifications",
  ]);
  expect(act("explode").status).toBe(3);
});
