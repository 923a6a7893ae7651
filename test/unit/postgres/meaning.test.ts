import type { Parameters } from "../../../providers/postgres/meaning";
import { meant } from "../../../providers/postgres/meaning";
import { clientRules, monitorIsClient, withOwnIdent, withOwnRules } from "../../../providers/postgres/access";
import { seedSql } from "../../../providers/postgres/sql";
import { spec } from "./base";
import cases from "./meaning.json";

// Proves what counts as the same configuration of a server that somebody else has set up. The defaults are those of PostgreSQL 15's pg_settings.

const PARAMETERS: Parameters = {
  shared_buffers: { unit: "8kB", type: "integer", default: "16384" },
  checkpoint_timeout: { unit: "s", type: "integer", default: "300" },
  max_wal_size: { unit: "MB", type: "integer", default: "1024" },
  fsync: { unit: null, type: "bool", default: "on" },
  timezone: { unit: null, type: "string", default: "GMT" },
  datestyle: { unit: null, type: "string", default: "ISO, MDY" },
};

test.each(cases as { name: string; wanted: object; file: object; meant: object }[])("$name", (c) => {
  const texts = (o: object): Record<string, string> => o as Record<string, string>;
  expect(meant(texts(c.wanted), texts(c.file), PARAMETERS)).toEqual(c.meant);
});

describe("who is let in", () => {
  const local = { osUser: "postgres", database: { name: "qvddb" }, monitor: { role: "qvd" }, role: { name: "qvd" } };
  const all = { type: "local", database: "all", user: "all", method: "peer" };

  it("needs no rule of ours where everybody is let in by peer, and QVD's role monitors", () => {
    expect(withOwnRules({ ...local, hba: [all] })).toEqual([all]);
    expect(withOwnIdent({ ...local, ident: [] })).toEqual([]);
    expect(monitorIsClient(local)).toBe(true);
  });

  it("needs ours before a rule that keeps the server's user out", () => {
    const refused = { ...all, method: "reject" };
    expect(withOwnRules({ ...local, hba: [refused, all] })[0]).toEqual({ ...all, user: "postgres" });
  });

  it("needs ours for a monitor with a role of its own", () => {
    const own = {
      ...local,
      monitor: { role: "ha_monitor" },
      hba: [all, ...clientRules(["10.0.0.0/8"], "qvddb", "qvd")],
    };
    expect(withOwnRules(own)[0]?.options).toEqual({ map: "ha" });
    expect(withOwnIdent({ ...own, ident: [] })).toHaveLength(1);
  });
});

test("QVD's role keeps its password where it monitors, too", () => {
  const s = spec({ monitor: { schema: "public", role: "qvd" } });
  expect(seedSql(s)).not.toContain("password null");
  expect(seedSql(spec())).toContain("password null");
});

test("a limit of connections may be given", () => {
  expect(seedSql(spec({ role: { password: "x", connectionLimit: -1 } }))).toContain("connection limit -1");
  expect(seedSql(spec())).toContain("connection limit 92");
});
