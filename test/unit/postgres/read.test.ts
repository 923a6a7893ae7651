/** Parsers; recorded/server-15.txt is what PostgreSQL 15 of Debian 12 said after a seeding with password aZ09_-aZ09_-. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "../../../providers/fact";
import { facts } from "../../../providers/postgres/read";
import { spec } from "./base";

const f = facts(spec({ role: { password: "aZ09_-aZ09_-" } }));
const said = <T>(fact: Fact<T>, stdout: string): T => fact.parse({ code: 0, stdout, stderr: "" });
const recorded = readFileSync(join(__dirname, "recorded", "server-15.txt"), "utf8");

test.each([
  ["inactive\n", "no"],
  ["105\n", "no"],
  ["0\n", "yes"],
  ["102\n", "unknown"],
  ["124\n", "unknown"],
  ["", "unknown"],
])("Pacemaker said %j", (stdout, expected) => expect(said(f.managed, stdout)).toBe(expected));

test.each([
  ["Primary/Secondary\nConnected\nUpToDate/UpToDate\n", ["Primary", "Connected", "UpToDate/UpToDate"]],
  ["Secondary\nConnected\nUpToDate/UpToDate\n", ["Secondary", "Connected", "UpToDate/UpToDate"]],
  ["\n\n\n", ["", "", ""]],
])("drbdadm of 8.4 and 9, and down: %j", (stdout, [role, connection, disks]) =>
  expect(said(f.drbd, stdout)).toEqual({ role, connection, disks }),
);

test("where the device is", () => {
  expect(said(f.place, "options rw,noatime\nmountPoint mounted\nrunning yes\n")).toEqual({
    mountPoint: "mounted",
    options: ["rw", "noatime"],
    running: true,
  });
  expect(said(f.place, "elsewhere /mnt/a b\nmountPoint empty\n")).toEqual({
    mountPoint: "empty",
    elsewhere: "/mnt/a b",
    running: false,
  });
  expect(() => said(f.place, "")).toThrow("no state");
});

test("files: none, all, and a missing one", () => {
  expect(said(f.files, "")).toBeUndefined();
  expect(
    said(
      f.files,
      "15\n\0# Managed by qvd-ha: changes made here are taken back.\nport = '5432'\n\0# x\nfsync = 'off'\n\0local all all peer\n\0ha postgres ha_monitor\n\0",
    ),
  ).toEqual({
    version: "15",
    settings: { port: "5432" },
    system: { fsync: "off" },
    hba: [{ type: "local", database: "all", user: "all", method: "peer" }],
    ident: [{ map: "ha", systemUser: "postgres", databaseUser: "ha_monitor" }],
  });
  expect(said(f.files, "15\n\0\0\0\0\0")).toMatchObject({ settings: {}, hba: [] });
});

describe("what the server holds", () => {
  test("as recorded: all is well, and the verifier is forgotten", () => {
    const server = said(f.server, recorded);
    expect(server).toEqual({
      checksums: true,
      pendingRestart: [],
      refused: [],
      password: "ours",
      roles: [],
      database: { owner: "qvd", encoding: "UTF8", locale: "C.UTF-8" },
      monitor: true,
    });
    expect(JSON.stringify(server)).not.toContain("SCRAM");
  });
  test("another password", () =>
    expect(said(facts(spec()).server, recorded)).toMatchObject({ password: "another", roles: [] }));
  test("powers, limits and missing roles, in words", () => {
    const changed = recorded
      .replace('"powers" : false, "limit" : 92', '"powers" : true, "limit" : -1')
      .replace('"ha_monitor"', '"other"');
    expect(said(f.server, changed)?.roles).toEqual([
      "role qvd has powers it must not have",
      "role qvd has connection limit -1 instead of 92",
      "role ha_monitor is missing",
    ]);
  });
  test("no database of QVD's: the first line alone", () => {
    const first = `${recorded.split("\n")[0]}\n`.replace(/"database" : \{[^}]*\}/, '"database" : null');
    const server = said(f.server, first);
    expect(server).toMatchObject({ monitor: false });
    expect(server).not.toHaveProperty("database");
  });
  test("does not answer", () => expect(said(f.server, "")).toBeUndefined());
});
