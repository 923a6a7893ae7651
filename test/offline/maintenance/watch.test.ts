/**
 * Proves that the watch tells of every state in which the service stays down or redundancy is lost, once, and of its end; that a message arrives as mail
 * by the real msmtp at a real server, and by the real curl at a real web server, also when those were away; and that Pacemaker's alert agent hands over its events.
 * What Pacemaker, DRBD and Corosync say are recordings. That it takes less than a minute on real machines is for test/e2e/maintenance.
 */
import { copyFileSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { files as agentFiles } from "../../../providers/maintenance/alertAgent/render";
import { files } from "../../../providers/maintenance/watch/render";
import type { WatchSpec } from "../../../providers/maintenance/watch/spec";
import { schema } from "../../../providers/maintenance/watch/spec";
import { connections, proc, Room, until } from "./room";
import { mailServer, webServer } from "./servers";
import table from "./watch.json";

jest.setTimeout(60_000);

/** A job of the maintenance, and when it was done last, in hours before now; `never`: when there first was to be one. */
interface Job {
  readonly hours: number;
  readonly maximumAge?: number;
  readonly never?: boolean;
  /** More lines of its note, and of its settings. */
  readonly note?: string;
  readonly conf?: string;
}

interface Case {
  readonly name: string;
  /** What crm_mon says: a recording, changed by regular expressions. Null: it fails. */
  readonly crm: string | null;
  readonly edit?: readonly (readonly [from: string, to: string])[];
  readonly speaks?: boolean;
  readonly drbd?: Parameters<typeof proc>[0];
  readonly rings?: string;
  readonly settings?: object;
  readonly jobs?: Readonly<Record<string, Job>>;
  /** Files, and those that come when it is over. SBD: the number of a process of that name. */
  readonly put?: Readonly<Record<string, string>>;
  readonly then?: Readonly<Record<string, string>>;
  /** Empty files that are so many hours old. */
  readonly old?: Readonly<Record<string, number>>;
  readonly says: readonly string[];
}

const cases = table as unknown as readonly Case[];
const RECORDED = join(__dirname, "../../unit/status/recorded");
const recorded = (name: string): string => readFileSync(join(RECORDED, name), "utf8");
const WATCH = "usr/local/lib/qvd-ha/watch";

describe("the watch", () => {
  let room: Room;
  const spec = (more: object = {}): WatchSpec =>
    schema.parse({
      connections,
      cluster: "qvd-ha",
      resource: "postgres",
      dataDirectory: "/var/lib/qvd-ha/data",
      primitives: { ping: "p_ping" },
      interval: 1,
      syslog: false,
      ...more,
    });

  beforeEach(() => {
    room = new Room();
    room.listen();
    room.standin("uname", "echo qvddb2");
    room.standin("crm_mon", 'cat "$R/crm.xml"');
    room.standin("corosync-cfgtool", 'cat "$R/rings"');
    room.put("crm.xml", recorded("crm_mon.healthy.xml"));
    room.put("rings", "Local node ID 2, transport knet\n");
    room.put("proc/drbd", proc());
    room.put("var/lib/qvd-ha/data/PG_VERSION", "15\n");
    room.standin("corosync-qdevice-tool", '[ "$*" = -s ] && [ -e "$R/qdevice" ] && cat "$R/qdevice"');
  });
  afterEach(() => room.end());

  /** Ten times as fast as on a node. */
  const install = (more: object = {}): void => {
    room.install(files(spec(more)));
    room.put(WATCH, room.read(WATCH).replace("read -r -t 2", "read -r -t 0.2"), 0o755);
  };

  /** Everything that it has said, as in its journal. */
  const told = (text: string): string[] => text.split("\n").filter((line) => /^(info|warning|critical): /.test(line));

  /** A process of sbd's name; ends with the room. */
  const sbd = (): string => {
    copyFileSync("/bin/sleep", room.at("bin/sbd"));
    room.standin("guard", 'exec "$R/bin/sbd" 60');
    return `        ${room.start("bin/guard").pid}\n`;
  };
  const hoursAgo = (hours: number): number => Math.floor(Date.now() / 1000) - hours * 3600;
  const put = (all: Readonly<Record<string, string>> = {}): void =>
    Object.entries(all).forEach(([path, text]) => room.put(path, text === "SBD" ? sbd() : text));
  const given = (job: string, { hours, maximumAge, never, note = "", conf = "" }: Job): void => {
    const limit = maximumAge === undefined ? "" : `maximumAge=${maximumAge}\n`;
    const settings = room.put(`etc/qvd-ha/${job}.conf`, room.moved(`${limit}${conf}`));
    utimesSync(settings, hoursAgo(hours), hoursAgo(hours));
    if (!never) room.put(`var/lib/qvd-ha/data/.qvd-ha-${job}`, `at=${hoursAgo(hours)}\n${note}`);
  };

  test.each(cases.map((c) => [c.name, c] as const))("%s", async (_name, c) => {
    /** Whether this node is the coordinator, which speaks for the cluster. */
    const spoken = (file: string): string =>
      c.speaks ? recorded(file).replace(/(<current_dc .*)name="qvddb1"/, '$1name="qvddb2"') : recorded(file);
    install(c.settings);
    const says = c.says.map((s) => s.replace("DIR", room.root));
    room.put("proc/drbd", proc(c.drbd ?? {}));
    put(c.put);
    Object.entries(c.old ?? {}).forEach(([path, hours]) =>
      utimesSync(room.put(path, ""), hoursAgo(hours), hoursAgo(hours)),
    );
    if (c.rings) room.put("rings", recorded(`cfgtool.${c.rings}`));
    if (c.crm === null) room.standin("crm_mon", "exit 102");
    else
      room.put(
        "crm.xml",
        (c.edit ?? []).reduce((t, [from, to]) => t.replace(new RegExp(from, "g"), to), spoken(`crm_mon.${c.crm}.xml`)),
      );
    Object.entries(c.jobs ?? {}).forEach(([job, j]) => given(job, j));
    const child = room.start(WATCH);
    // Twice what it takes to be told once: what would be told again would be there.
    await until(() => told(child.said()).length >= says.length, 15, child.said());
    await new Promise((r) => setTimeout(r, 3_000));
    const first = told(child.said());
    expect([...first].sort()).toEqual([...says].sort());
    room.standin("crm_mon", 'cat "$R/crm.xml"');
    room.put("crm.xml", spoken("crm_mon.healthy.xml"));
    room.put("rings", "");
    room.put("proc/drbd", proc());
    for (const [job, { note = "" }] of Object.entries(c.jobs ?? {}))
      room.put(`var/lib/qvd-ha/data/.qvd-ha-${job}`, `at=${hoursAgo(0)}\n${note}`);
    put(c.then);
    await until(() => told(child.said()).length >= says.length * 2, 15, child.said());
    expect(told(child.said()).slice(says.length).sort()).toEqual(
      says.map((s) => `info: over: ${s.replace(/^\w+: /, "")}`).sort(),
    );
    child.endAll();
  });

  test("a split brain after a lost connection is told as well, and that is not over by it", async () => {
    install();
    room.put("proc/drbd", proc({ cs: "WFConnection", ds: "UpToDate/DUnknown" }));
    const child = room.start(WATCH);
    await until(() => told(child.said()).length === 1, 15, child.said());
    room.put("proc/drbd", proc({ cs: "StandAlone", ds: "UpToDate/DUnknown" }));
    await until(() => told(child.said()).length === 2, 15, child.said());
    await new Promise((r) => setTimeout(r, 3_000));
    expect(told(child.said())).toEqual([
      expect.stringMatching(
        /^warning: postgres on \S+ is WFConnection, disks UpToDate\/DUnknown: there is no redundancy$/,
      ),
      expect.stringMatching(/^critical: postgres on \S+ is StandAlone and does not try to connect: /),
    ]);
    child.endAll();
  });

  test("a trouble that was over before the second look is not worth a message", async () => {
    install();
    room.standin(
      "crm_mon",
      'n=$(cat "$R/n" 2>/dev/null || echo 0); echo $((n + 1)) >"$R/n"; [ "$n" = 1 ] && exit 102; cat "$R/crm.xml"',
    );
    const child = room.start(WATCH);
    await until(() => room.has("n") && Number(room.read("n")) > 4, 15, child.said());
    expect(told(child.said())).toEqual([]);
    child.endAll();
  });

  test("a node that is active no more says nothing of the jobs' end, as the other one goes on telling of them", async () => {
    install();
    given("backup", { hours: 50, maximumAge: 26 });
    const child = room.start(WATCH);
    await until(() => told(child.said()).length === 1, 15, child.said());
    room.put("proc/drbd", proc({ ro: "Secondary/Primary" }));
    await new Promise((r) => setTimeout(r, 4_000));
    expect(told(child.said())).toEqual(["critical: there is no good backup of the database for 50 hours"]);
    room.put("proc/drbd", proc());
    await until(() => told(child.said()).length === 2, 15, child.said());
    child.endAll();
  });

  test("all its looks at a healthy cluster are few processes", async () => {
    install({ thirdVote: true, watchdog: true });
    put({ qdevice: "State:\t\t\tConnected\n", "run/sbd.pid": "SBD" });
    for (const job of ["backup", "verify", "configuration"]) given(job, { hours: 1, maximumAge: 26 });
    room.put(WATCH, room.read(WATCH).replace(/^look\(\) \{$/m, 'look() {\n  echo look >>"$LOOKS"'), 0o755);
    for (const name of ["sed", "stat", "date", "find", "timeout", "mv", "grep"])
      room.standin(name, `echo ${name} >>"$R/looks"; exec /usr/bin/${name} "$@"`);
    const child = room.start(WATCH, { LOOKS: room.at("looks") });
    await until(() => room.has("looks") && room.read("looks").split("look\n").length > 5, 20, child.said());
    child.endAll();
    const [, , , whole = ""] = room.read("looks").split("look\n");
    expect(whole.trim().split("\n").sort()).toEqual(["mv", "sed", "timeout", "timeout", "timeout"]);
  });

  test("started again, it does not tell again, and new settings start it again", async () => {
    install();
    room.put("proc/drbd", proc({ cs: "StandAlone", ds: "UpToDate/DUnknown" }));
    const first = room.start(WATCH);
    await until(() => told(first.said()).length === 2, 30, first.said());
    await until(() => room.has("run/qvd-ha/watch.told") && room.read("run/qvd-ha/watch.told") !== "", 10, "kept");
    await new Promise((r) => setTimeout(r, 1_100));
    install({ interval: 2 });
    await until(() => first.exitCode === 0, 20, first.said());
    const second = room.start(WATCH);
    await new Promise((r) => setTimeout(r, 5_000));
    expect(told(second.said())).toEqual([]);
    second.endAll();
  });

  test("mail and web hook: a failover is one mail; the secrets are in no argument and no log", async () => {
    const mail = await mailServer(room.at("mail"));
    const web = await webServer();
    const secrets = { webhookUrl: `http://127.0.0.1:${web.port}/hook/T0KEN-in-path`, webhookToken: "b3arer-token" };
    const given = {
      mail: {
        to: ["dba@example.org", "root@example.org"],
        from: "cluster@example.org",
        server: "127.0.0.1",
        port: mail.port,
        tls: "none",
      },
      webhook: true,
    };
    install({ ...given, ...secrets });
    room.install(agentFiles());
    room.standin(
      "curl",
      'tr "\\0" " " </proc/self/cmdline >>"$R/arguments"; printf "%s " "$@" >>"$R/arguments"; exec /usr/bin/curl "$@"',
    );
    // As Pacemaker calls it, four times in a failover; three of them tell something.
    const agent = (env: Readonly<Record<string, string>>): unknown => room.run("usr/local/lib/qvd-ha/alert", [], env);
    agent({ CRM_alert_kind: "node", CRM_alert_node: "qvddb1", CRM_alert_desc: "lost" });
    agent({
      CRM_alert_kind: "fencing",
      CRM_alert_node: "qvddb1",
      CRM_alert_task: "reboot",
      CRM_alert_rc: "0",
      CRM_alert_desc: "Operation reboot of qvddb1 by qvddb2: OK",
    });
    agent({
      CRM_alert_kind: "resource",
      CRM_alert_rsc: "p_fs_postgres",
      CRM_alert_task: "start",
      CRM_alert_rc: "0",
      CRM_alert_target_rc: "0",
      CRM_alert_node: "qvddb2",
    });
    agent({
      CRM_alert_kind: "resource",
      CRM_alert_rsc: "p_postgres",
      CRM_alert_task: "start",
      CRM_alert_rc: "0",
      CRM_alert_target_rc: "0",
      CRM_alert_node: "qvddb2",
    });
    const child = room.start(WATCH);
    await until(() => mail.mails().length > 0 && web.posted.length >= 3, 40, child.said());
    await new Promise((r) => setTimeout(r, 3_000));
    const [letter = "", ...more] = mail.mails();
    expect(more).toEqual([]);
    expect(letter).toMatch(/^Subject: \[qvd-ha\] WARNING: qvddb1 is lost: there is no redundancy \(and 2 more\)$/m);
    expect(letter).toMatch(/^To: dba@example\.org,root@example\.org$/m);
    expect(letter).toMatch(/^X-RcptTo: dba@example\.org, root@example\.org$/m);
    expect(letter).toMatch(/warning {2}qvddb1 was fenced \(reboot\)\n {4}Operation reboot of qvddb1 by qvddb2: OK/);
    expect(letter).toMatch(/info {2}the database runs on qvddb2/);
    expect(web.posted.map((p) => (p.body as { subject: string }).subject)).toEqual([
      "qvddb1 is lost: there is no redundancy",
      "qvddb1 was fenced (reboot)",
      "the database runs on qvddb2",
    ]);
    expect(web.posted[0]?.headers.authorization).toBe("Bearer b3arer-token");
    expect(web.posted[0]?.url).toBe("/hook/T0KEN-in-path");
    expect(web.posted[0]?.body).toMatchObject({ cluster: "qvd-ha", node: "qvddb2", severity: "warning" });
    for (const secret of ["T0KEN", "b3arer"]) expect(child.said() + room.read("arguments")).not.toContain(secret);
    expect(room.list("var/spool/qvd-ha/mail")).toEqual([]);
    child.endAll();
    mail.end();
    web.end();
  });

  test("servers that are away get it when they are back, once", async () => {
    const gone = await mailServer(room.at("gone"));
    gone.end();
    const web = await webServer();
    web.refuse(true);
    const given = {
      mail: { to: ["dba@example.org"], from: "cluster@example.org", server: "127.0.0.1", port: gone.port, tls: "none" },
      webhook: true,
      webhookUrl: `http://127.0.0.1:${web.port}/secret-path`,
    };
    install(given);
    room.put("proc/drbd", proc({ cs: "WFConnection", ds: "UpToDate/DUnknown" }));
    const child = room.start(WATCH);
    await until(
      () =>
        /the mail could not be sent, again in 15 s/.test(child.said()) &&
        /the webhook could not be sent/.test(child.said()),
      40,
      child.said(),
    );
    expect(child.said()).not.toContain("secret-path");
    const back = await mailServer(room.at("back"), gone.port);
    web.refuse(false);
    await until(() => back.mails().length === 1 && web.posted.length === 1, 60, child.said());
    await new Promise((r) => setTimeout(r, 4_000));
    expect([back.mails().length, web.posted.length]).toEqual([1, 1]);
    child.endAll();
    back.end();
    web.end();
  });
});

describe("Pacemaker's alert agent", () => {
  test.each([
    [
      "a node that fails",
      { kind: "node", node: "qvddb1", desc: "lost" },
      ["warning: qvddb1 is lost: there is no redundancy"],
    ],
    ["the node itself", { kind: "node", node: "qvddb2", desc: "member" }, []],
    [
      "fencing that fails",
      { kind: "fencing", node: "qvddb1", task: "reboot", rc: "1", desc: "timed out" },
      ["critical: qvddb1 could not be fenced: the service may stay down until it is"],
    ],
    [
      "a look at what is there",
      { kind: "resource", rsc: "p_postgres", task: "monitor", interval: "0", rc: "7", target_rc: "7" },
      [],
    ],
    [
      "a monitor that fails",
      {
        kind: "resource",
        rsc: "p_postgres",
        task: "monitor",
        interval: "10000",
        rc: "1",
        target_rc: "0",
        node: "qvddb2",
      },
      ["warning: p_postgres: monitor failed on qvddb2"],
    ],
    [
      "a monitor that is as expected",
      {
        kind: "resource",
        rsc: "p_drbd_postgres",
        task: "monitor",
        interval: "10000",
        rc: "8",
        target_rc: "8",
        node: "qvddb2",
      },
      [],
    ],
    [
      "a monitor that the cluster has cancelled",
      {
        kind: "resource",
        rsc: "p_postgres",
        task: "monitor",
        interval: "10000",
        status: "1",
        rc: "0",
        target_rc: "0",
        node: "qvddb2",
        desc: "Cancelled",
      },
      [],
    ],
    ["an attribute", { kind: "attribute", node: "qvddb1" }, []],
  ])("%s", (_name, event, says) => {
    const room = new Room();
    room.standin("uname", "echo qvddb2");
    room.install(agentFiles());
    const env = Object.fromEntries(Object.entries(event).map(([k, v]) => [`CRM_alert_${k}`, v]));
    expect(room.run("usr/local/lib/qvd-ha/alert", [], env)).toMatchObject({ code: 0, stderr: "" });
    room.listen();
    expect(room.run("usr/local/lib/qvd-ha/alert", [], env)).toMatchObject({ code: 0, stderr: "" });
    expect(room.messages()).toEqual(says);
    room.end();
  });
});
