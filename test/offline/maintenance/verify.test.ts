/**
 * Proves what the verify script makes of what DRBD says, in the words that were recorded of 8.4 and 9: when it verifies, what it tells, when it repairs.
 * DRBD itself is a stand-in here that changes its state as the real one does; that the real one finds a block is for test/e2e/maintenance.
 */
import { files } from "../../../providers/maintenance/verify/render";
import { schema } from "../../../providers/maintenance/verify/spec";
import { connections, proc, Room } from "./room";
import cases from "./verify.json";

jest.setTimeout(60_000);

const DRBDADM = `echo "$*" >>"$R/commands"
case $1 in
verify) cp "$R/during/0" "$R/proc/drbd"; (n=1; while /bin/sleep 0.7; do [ -e "$R/during/$n" ] || { cp "$R/after" "$R/proc/drbd"; exit; }; cp "$R/during/$n" "$R/proc/drbd"; n=$((n + 1)); done) >/dev/null 2>&1 & ;;
disconnect) cp "$R/alone" "$R/proc/drbd" ;;
connect) cp "$R/syncing" "$R/proc/drbd"; (/bin/sleep 1; cp "$R/healthy" "$R/proc/drbd") >/dev/null 2>&1 & ;;
esac`;

describe("a verification on DRBD 8.4", () => {
  let room: Room;
  beforeEach(() => {
    room = new Room();
    room.listen();
  });
  afterEach(() => room.end());

  test.each(cases.map((c) => [c.name, c] as const))("%s", (_name, c) => {
    const spec = schema.parse({
      connections,
      resource: "postgres",
      dataDirectory: room.at("mnt"),
      metrics: room.at("metrics"),
      repair: c.repair ?? false,
    });
    room.install(files(spec));
    room.standin("drbdadm", DRBDADM);
    room.put("proc/drbd", proc(c.before));
    room.put("mnt/PG_VERSION", "15\n");
    c.during.forEach((cs, i) => room.put(`during/${i}`, proc({ cs })));
    room.put("after", proc(c.after));
    room.put("alone", proc({ cs: "StandAlone", ro: "Primary/Unknown", ds: "UpToDate/Outdated", oos: 4 }));
    room.put("syncing", proc({ cs: "SyncSource", ds: "UpToDate/Inconsistent", oos: 4 }));
    room.put("healthy", proc());
    const r = room.run("usr/local/lib/qvd-ha/verify");
    expect(r).toMatchObject({ code: c.code });
    expect(room.messages()).toEqual(c.messages);
    if ("commands" in c)
      expect(room.has("commands") ? room.read("commands").trim().split("\n") : []).toEqual(c.commands);
    if (c.result === undefined) return expect(room.has("metrics")).toBe(false);
    expect(room.read("var/lib/qvd-ha/verify.last")).toMatch(new RegExp(`^result=${c.result}$`, "m"));
    // Whoever is active next knows of it, too, by the replicated disk: of what came to its end.
    expect(room.has("mnt/.qvd-ha-verify")).toBe(c.result !== "incomplete");
    const metrics = room.read("metrics/qvd_ha_drbd_verify.prom".replace("drbd_", ""));
    expect(metrics).toMatch(
      new RegExp(`qvd_ha_drbd_verify_completed\\{resource="postgres"\\} ${c.result === "incomplete" ? 0 : 1}`),
    );
  });
});

describe("a start that a timer has made", () => {
  const VERIFY = "usr/local/lib/qvd-ha/verify";
  let room: Room;
  beforeEach(() => {
    room = new Room();
    room.listen();
    room.install(
      files(
        schema.parse({ connections, resource: "postgres", dataDirectory: room.at("mnt"), metrics: room.at("metrics") }),
      ),
    );
    room.put(VERIFY, room.read(VERIFY).replaceAll("/proc/uptime", room.at("proc/uptime")), 0o755);
    room.put("mnt/PG_VERSION", "15\n");
    room.standin("drbdadm", 'echo "$*" >>"$R/commands"');
    // Where there is another state, it comes while somebody waits.
    room.standin(
      "sleep",
      'echo "$1" >>"$R/slept"; if [ -e "$R/then" ]; then mv "$R/then" "$R/proc/drbd"; fi; exec /bin/sleep 0.1',
    );
  });
  afterEach(() => room.end());
  const run = (uptime: number, env: Readonly<Record<string, string>> = {}): number => {
    room.put("proc/uptime", `${uptime}.25 100.00\n`);
    return room.run(VERIFY, [], env).code;
  };
  const timer = { TRIGGER_UNIT: "qvd-ha-verify.timer" };
  const waited = (): string[] => (room.has("slept") ? room.read("slept").trim().split("\n") : []);
  const SECONDARY = { ro: "Secondary/Primary" };

  test("at a boot waits until the cluster has settled, and verifies on the node that is active by then", () => {
    room.put("proc/drbd", proc({ cs: "WFConnection", ro: "Secondary/Unknown", ds: "Consistent/DUnknown" }));
    room.put("then", proc());
    expect(run(40, timer)).toBe(0);
    expect(waited()[0]).toBe("860");
    expect(room.read("commands")).toBe("verify postgres\n");
    expect(room.messages()).toEqual([]);
    expect(room.read("mnt/.qvd-ha-verify")).toMatch(/^result=clean$/m);
  });

  test("at a boot is harmless on the node that is not active in the end", () => {
    room.put("proc/drbd", proc({ cs: "WFConnection", ro: "Secondary/Unknown", ds: "Consistent/DUnknown" }));
    room.put("then", proc(SECONDARY));
    expect(run(40, timer)).toBe(0);
    expect([room.has("commands"), room.messages(), room.has("mnt/.qvd-ha-verify")]).toEqual([false, [], false]);
  });

  test("at a boot compares nothing while degraded, and says so", () => {
    room.put("proc/drbd", proc({ cs: "WFConnection", ro: "Primary/Unknown", ds: "UpToDate/DUnknown" }));
    expect(run(40, timer)).toBe(1);
    expect(waited()).toEqual(["860"]);
    expect(room.has("commands")).toBe(false);
    expect(room.messages()).toEqual(["warning: DRBD verify of postgres did not come to its end"]);
  });

  test.each(["SyncSource", "PausedSyncS", "WFBitMapS"])("waits for a copy that is under way (%s)", (cs) => {
    room.put("proc/drbd", proc({ cs, ds: "UpToDate/Inconsistent", oos: 512 }));
    room.put("then", proc());
    expect(run(5_000, timer)).toBe(0);
    expect(room.read("commands")).toBe("verify postgres\n");
  });

  test.each([
    ["long after a boot", 5_000, timer],
    ["by hand", 40, {}],
  ])("%s does not wait", (_name, uptime, env) => {
    room.put("proc/drbd", proc(SECONDARY));
    expect(run(uptime, env)).toBe(0);
    expect(waited()).toEqual([]);
  });
});

test("a time that was missed is made up for", () => {
  const spec = schema.parse({ connections, resource: "postgres", dataDirectory: "/srv/data" });
  const timer = files(spec).find((f) => f.path.endsWith("qvd-ha-verify.timer"));
  const service = files(spec).find((f) => f.path.endsWith("qvd-ha-verify.service"));
  expect(timer?.content).toMatch(/^Persistent=true$/m);
  // The wait after a boot is not taken from the comparison.
  expect(Number(/^TimeoutStartSec=(\d+)$/m.exec(service?.content as string)?.[1])).toBeGreaterThan(spec.timeout + 900);
});

/** `drbdsetup status postgres --verbose --statistics` of DRBD 9. */
const status9 = (
  s: { replication?: string; peer?: string; oos?: number } = {},
): string => `postgres node-id:0 role:Primary suspended:no write-ordering:flush
  volume:0 minor:0 disk:UpToDate backing_dev:/dev/vdb quorum:yes
      size:2097052 read:3105 written:52228 al-writes:17 bm-writes:0 upper-pending:0 lower-pending:0 al-suspended:no blocked:no
  qvddb2 node-id:1 connection:Connected role:Secondary congested:no ap-in-flight:0 rs-in-flight:0
    volume:0 replication:${s.replication ?? "Established"} peer-disk:${s.peer ?? "UpToDate"} resync-suspended:no
        received:0 sent:52228 out-of-sync:${s.oos ?? 0} pending:0 unacked:0
`;

describe("a verification on DRBD 9", () => {
  test("is read from the status of the module", () => {
    const room = new Room();
    room.listen();
    room.install(
      files(
        schema.parse({ connections, resource: "postgres", dataDirectory: room.at("mnt"), metrics: room.at("metrics") }),
      ),
    );
    room.put("proc/drbd", "version: 9.2.8 (api:2/proto:86-122)\n");
    for (const [name, text] of [
      ["status", status9()],
      ["during", status9({ replication: "VerifyS" })],
      ["after", status9({ oos: 12 })],
    ] as const)
      room.put(name, text);
    room.standin("drbdsetup", 'cat "$R/status"');
    room.standin("drbdadm", 'cp "$R/during" "$R/status"; (sleep 1.5; cp "$R/after" "$R/status") >/dev/null 2>&1 &');
    const r = room.run("usr/local/lib/qvd-ha/verify");
    expect(r.code).toBe(1);
    expect(room.messages()).toEqual(["warning: DRBD verify of postgres: 12 KiB differ between the disks"]);
    expect(room.read("metrics/qvd_ha_verify.prom")).toMatch(/out_of_sync_kib\{resource="postgres"\} 12/);
    room.end();
  });
});
