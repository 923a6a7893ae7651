import { postgres, postgresSchema } from "../../../providers/postgres";
import { matches, verifier } from "../../../providers/postgres/password";
import { seedSql } from "../../../providers/postgres/sql";
import { maxConnections } from "../../../providers/postgres/settings";
import { fingerprint, parseStamp, renderStamp } from "../../../providers/postgres/stamp";
import { input, spec } from "./base";

const findings = (given: Parameters<typeof spec>[0]): string[] =>
  (postgres.rules?.(spec(given)) ?? []).map((f) => f.property);

test("normalising twice changes nothing, and the HOWTO's values break no rule", () => {
  expect(postgresSchema.parse(spec())).toEqual(spec());
  expect(findings({})).toEqual([]);
});

test("numbers and booleans become what the file says", () =>
  expect(spec({ settings: { max_connections: 60, jit: false } }).settings).toMatchObject({
    max_connections: "60",
    jit: "off",
  }));

test("unknown keys are refused", () =>
  expect(postgresSchema.safeParse({ ...input, pghost: "172.20.64.90" }).success).toBe(false));

test("every finding at once, each on its property", () =>
  expect(
    findings({
      seedNode: "qvddb3",
      dataDirectory: "/srv/data",
      role: { password: "a:b" },
      settings: { fsync: false, synchronous_commit: "off", port: "5433", hba_file: "/etc/hba", max_connections: "5" },
      hba: [
        { type: "host", database: "qvddb", user: "qvd", address: "172.20.64.91/32", method: "trust" },
        { type: "host", database: "qvddb", user: "qvd", address: "nowhere", method: "md5" },
      ],
    }),
  ).toEqual([
    "seedNode",
    "dataDirectory",
    "role.password",
    "settings.hba_file",
    "settings.fsync",
    "settings.synchronous_commit",
    "settings.port",
    "settings.max_connections",
    "hba[2].method",
    "hba[3].address",
    "hba",
  ]));

test("the password shows in no finding", () =>
  expect(JSON.stringify(postgres.rules?.(spec({ role: { password: "p@ss/word" } })))).not.toContain("p@ss"));

test.each([
  ["scram asked for where verifiers are md5", { authentication: "md5" as const }, "hba[2].method"],
  ["lost+found in the way of initdb", { fsType: "ext4" }, "dataDirectory"],
  ["QVD's role does not own its database", { database: { owner: "postgres" } }, "database.owner"],
  ["a node that no rule lets in", { addresses: { qvddb1: "10.0.0.1", qvddb2: "172.20.64.92" } }, "hba"],
])("refused: %s", (_name, given, property) => expect(findings(given)).toContain(property));

test("a verifier as RFC 7677 has it, for the password it was made of alone", () => {
  const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
  const v = verifier("scram-sha-256", "user", "pencil", salt);
  expect(v).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
  expect(matches(v, "scram-sha-256", "user", "pencil")).toBe(true);
  expect(matches(v, "scram-sha-256", "user", "pencils")).toBe(false);
  expect(matches(v, "md5", "user", "pencil")).toBe(false);
  expect(matches(verifier("md5", "qvd", "x"), "md5", "qvd", "x")).toBe(true);
  expect(matches(null, "md5", "qvd", "x")).toBe(false);
});

test("neither SQL nor marks carry the password", () => {
  const s = spec();
  expect(seedSql(s)).not.toContain(s.role.password);
  expect(seedSql(s)).toContain("connection limit 92 ");
  expect(renderStamp({ seeded: fingerprint(s) })).not.toContain(s.role.password);
});

test("a fingerprint tells settings and password apart, and not how a node is reached", () => {
  const marks = [
    fingerprint(spec()),
    fingerprint(spec({ role: { password: "Other" } })),
    fingerprint(spec({ settings: { work_mem: "8MB" } })),
  ];
  expect(new Set(marks).size).toBe(3);
  const moved = { ...input.connections, qvddb1: { ...(input.connections.qvddb1 as object), host: "10.0.0.1" } };
  expect(fingerprint(spec({ connections: moved as never }))).toBe(marks[0]);
});

test("a mark is read back; what is no mark counts as none", () => {
  expect(parseStamp(renderStamp({ seeded: "a", proved: "b" }))).toEqual({ seeded: "a", proved: "b" });
  expect(parseStamp("")).toEqual({});
  expect(parseStamp("{torn")).toEqual({});
});

test("connections that QVD takes", () => expect(maxConnections(10, 30)).toBe(2 * 10 + 30 + 16 + 8));
