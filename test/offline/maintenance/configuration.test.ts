/**
 * Proves with the real Pacemaker and crmsh of this machine what a copy of the cluster's configuration holds: that crm's text, loaded into an empty cluster by crm, is the
 * configuration again; and that a crmsh that fails costs nothing but that text, and is told. The cluster is a file here; that crmsh takes one on other systems, only they can tell.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { files } from "../../../providers/maintenance/configuration/render";
import { schema } from "../../../providers/maintenance/configuration/spec";
import { readConfiguration } from "../../../providers/pacemaker/cib";
import { cib } from "../../../providers/pacemaker/facts";
import type { Ended } from "./room";
import { connections, proc, Room } from "./room";

jest.setTimeout(180_000);

const RECORDED = join(__dirname, "../../unit/doctor/recorded/cib.xml");
const DIRECTORY = "copies";

describe("a copy of the cluster's configuration", () => {
  let room: Room;
  let live: string;

  beforeEach(() => {
    room = new Room();
    room.listen();
    room.put("proc/drbd", proc());
    room.put("etc/corosync/corosync.conf", "totem { version: 2 }\n");
    room.put("etc/drbd.d/postgres.res", 'resource postgres { net { shared-secret "hidden-word"; } }\n');
    room.put("data/PG_VERSION", "15\n");
    // Played to a state that crm_verify has no word against.
    const cold = room.put("cold.xml", readFileSync(RECORDED, "utf8").replace("</cib>", "<status/></cib>"));
    live = room.at("live.xml");
    execFileSync("crm_simulate", ["--simulate", "--xml-file", cold, "--save-output", live]);
  });
  afterEach(() => room.end());

  const copy = (crmsh: boolean): Ended => {
    const spec = schema.parse({
      connections,
      resource: "postgres",
      dataDirectory: room.at("data"),
      directory: room.at(DIRECTORY),
      metrics: room.at("metrics"),
      crmsh,
    });
    room.install(files(spec));
    return room.run("usr/local/lib/qvd-ha/backup-configuration", [], { CIB_file: live }, 120);
  };

  /** Names in the one archive that is there, without its directory, and what is in one of them. */
  const archive = (): string => room.at(`${DIRECTORY}/${room.list(DIRECTORY)[0]}`);
  const names = (): string[] =>
    execFileSync("tar", ["-tzf", archive()], { encoding: "utf8" })
      .split("\n")
      .map((n) => n.slice(n.indexOf("/") + 1))
      .filter((n) => n !== "");
  const read = (name: string): string =>
    execFileSync("tar", ["-xzOf", archive(), "--wildcards", `*/${name}`], { encoding: "utf8" });

  const meaning = (file: string): object => {
    const stdout = execFileSync("cibadmin", ["--query"], { encoding: "utf8", env: { ...process.env, CIB_file: file } });
    const known = cib.parse({ code: 0, stdout, stderr: "" });
    if (!known) throw new Error(`no configuration in ${file}`);
    return readConfiguration(known);
  };

  test("crm's text, loaded by crm into an empty cluster, is that configuration again", () => {
    expect(copy(true)).toMatchObject({ code: 0 });
    expect(room.messages()).toEqual([]);
    const text = room.put("crm.txt", read("crm.txt"));
    const empty = room.put("empty.xml", execFileSync("cibadmin", ["--empty"], { encoding: "utf8" }));
    const loaded = spawnSync("crm", ["-F", "configure", "load", "replace", text], {
      encoding: "utf8",
      env: { ...process.env, CIB_file: empty },
    });
    expect(loaded).toMatchObject({ status: 0 });
    expect(meaning(empty)).toEqual(meaning(live));
  });

  test("what else is in it, that it is noted on the replicated disk, and that no secret of DRBD's is", () => {
    expect(copy(true)).toMatchObject({ code: 0 });
    expect(names()).toEqual(
      expect.arrayContaining(["cib.xml", "configuration.xml", "crm.txt", "corosync.conf", "drbd.d/postgres.res"]),
    );
    expect(read("postgres.res")).not.toContain("hidden-word");
    expect(room.read("data/.qvd-ha-configuration")).toMatch(/^at=\d{10}\n[\s\S]*^file=cluster-\S+\.tar\.gz$/m);
  });

  test("a crmsh that does not take a file asks the cluster itself", () => {
    room.standin("crm", '[ -n "${CIB_file-}" ] && [ "$CIB_file" != "$R/live.xml" ] && exit 1; echo "node 1: qvddb1"');
    expect(copy(true)).toMatchObject({ code: 0 });
    expect(read("crm.txt")).toBe("node 1: qvddb1\n");
    expect(room.messages()).toEqual([]);
  });

  test.each([
    ["fails", "echo half; echo 'ERROR: cannot import lxml' >&2; exit 1", "crm: ERROR: cannot import lxml"],
    ["says nothing", "exit 0", "crm: it said nothing"],
  ])("a crmsh that %s is told, and the copy is there without its text", (_name, text, said) => {
    room.standin("crm", text);
    expect(copy(true)).toMatchObject({ code: 0 });
    expect(names()).toContain("cib.xml");
    expect(names()).not.toContain("crm.txt");
    expect(room.messages()).toEqual(["warning: the copy of the cluster's configuration has no crm.txt"]);
    expect(room.read(`var/spool/qvd-ha/in/${room.list("var/spool/qvd-ha/in")[0]}`)).toContain(said);
  });

  test("where it is not wanted, crm is not called", () => {
    room.standin("crm", 'touch "$R/called"');
    expect(copy(false)).toMatchObject({ code: 0 });
    expect(room.has("called")).toBe(false);
    expect(names()).not.toContain("crm.txt");
    expect(room.messages()).toEqual([]);
  });

  test("a node that is down is no reason against a copy; a configuration that Pacemaker refuses is", () => {
    const cold = room.at("cold.xml");
    expect(spawnSync("crm_verify", ["--xml-file", cold])).toMatchObject({ status: 78 });
    live = cold;
    expect(copy(false)).toMatchObject({ code: 0 });
    expect(room.messages()).toEqual([]);
    expect(meaning(room.put("copied.xml", read("cib.xml")))).toEqual(meaning(cold));
    writeFileSync(
      live,
      readFileSync(cold, "utf8").replace("<constraints>", '<constraints><rsc_location id="nothing"/>'),
    );
    expect(copy(false).code).not.toBe(0);
    expect(room.messages()).toEqual(["warning: the backup of the cluster's configuration failed"]);
  });

  test("the standby node makes none", () => {
    room.put("proc/drbd", proc({ ro: "Secondary/Primary" }));
    expect(copy(true)).toMatchObject({ code: 0 });
    expect(room.list(DIRECTORY)).toEqual([]);
    expect(room.has("data/.qvd-ha-configuration")).toBe(false);
  });
});
