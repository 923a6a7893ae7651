import fc from "fast-check";
import { agentParams } from "../../../providers/postgres";
import { withOwnIdent, withOwnRules } from "../../../providers/postgres/access";
import {
  parseConf,
  parseHba,
  parseIdent,
  renderConf,
  renderHba,
  renderIdent,
} from "../../../providers/postgres/render";
import { spec } from "./base";

const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/);
const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)) });

describe("postgresql.conf", () => {
  test("what is rendered is read back, whatever quotes, backslashes and hashes a value has", () =>
    fc.assert(
      fc.property(fc.dictionary(name, printable, { noNullPrototype: true }), (settings) =>
        expect(parseConf(renderConf(settings))).toEqual(settings),
      ),
    ));

  test("a file by hand, in every way the server takes", () =>
    expect(
      parseConf(
        "# c\n\nTimeZone = 'UTC' # c\nwork_mem 4MB\nport=5432#c\nport = 5433\nlog_line_prefix = 'it''s \\'q\\' \\\\ \\101\\t'\ninclude 'x.conf'\nnot = = so\n",
      ),
    ).toEqual({
      timezone: "UTC",
      work_mem: "4MB",
      port: "5433",
      log_line_prefix: "it's 'q' \\ A\t",
      include: "x.conf",
      "line 9": "not = = so",
    }));

  test("the HOWTO's server", () =>
    expect(renderConf(spec().settings)).toBe(`# Managed by qvd-ha: changes made here are taken back.
datestyle = 'iso, mdy'
default_transaction_isolation = 'serializable'
fsync = 'on'
full_page_writes = 'on'
lc_messages = 'C'
listen_addresses = '*'
log_line_prefix = '%m [%p] %q%u@%d '
log_timezone = 'UTC'
max_connections = '100'
password_encryption = 'scram-sha-256'
port = '5432'
synchronous_commit = 'on'
tcp_keepalives_count = '3'
tcp_keepalives_idle = '60'
tcp_keepalives_interval = '10'
timezone = 'UTC'
`));
});

describe("pg_hba.conf and pg_ident.conf", () => {
  const rule = fc.record(
    {
      type: fc.constantFrom("host", "hostssl", "hostnossl"),
      database: name,
      user: fc.oneof(name, fc.constant("all")),
      address: fc.ipV4().map((a) => `${a}/24`),
      method: fc.constantFrom("scram-sha-256", "md5", "reject"),
      options: fc.dictionary(name, name, { minKeys: 1, noNullPrototype: true }),
    },
    { requiredKeys: ["type", "database", "user", "address", "method"], noNullPrototype: true },
  );
  test("what is rendered is read back", () =>
    fc.assert(
      fc.property(fc.array(rule), (hba) => {
        const all = withOwnRules({ osUser: "postgres", database: { name: "qvddb" }, monitor: { role: "ha" }, hba });
        expect(parseHba(renderHba(all))).toEqual(all);
      }),
    ));
  test("maps are read back", () =>
    fc.assert(
      fc.property(fc.array(fc.record({ map: name, systemUser: name, databaseUser: name })), (ident) =>
        expect(parseIdent(renderIdent(ident))).toEqual(ident),
      ),
    ));
  test("own rules and maps are added once", () => {
    const s = spec();
    expect(withOwnRules(s)).toEqual(s.hba);
    expect(withOwnIdent(s)).toEqual(s.ident);
  });
  test("files by hand: masks, quotes, comments, options; a keyword in quotes stays a name", () =>
    expect(
      parseHba(
        '# c\nlocal all "all" trust\nhost "qvddb" qvd 172.20.64.0 255.255.192.0 md5 # old\nlocal qvddb ha_monitor peer map=ha\n',
      ),
    ).toEqual([
      { type: "local", database: "all", user: '"all"', method: "trust" },
      { type: "host", database: "qvddb", user: "qvd", address: "172.20.64.0/18", method: "md5" },
      { type: "local", database: "qvddb", user: "ha_monitor", method: "peer", options: { map: "ha" } },
    ]));

  test("the HOWTO's access", () => {
    expect(renderHba(spec().hba)).toBe(`# Managed by qvd-ha: changes made here are taken back.
local all postgres peer
local qvddb ha_monitor peer map=ha
host qvddb qvd 172.20.64.0/24 scram-sha-256
host qvddb qvd 172.20.64.91/32 scram-sha-256
host qvddb qvd 172.20.64.92/32 scram-sha-256
host qvddb qvd 172.20.64.90/32 scram-sha-256
`);
    expect(renderIdent(spec().ident)).toMatch(/^# Managed.*\nha postgres ha_monitor\n$/);
  });
});

describe("the agent's parameters", () => {
  test("no host, no secret, no wrapper", () =>
    expect(agentParams(spec())).toEqual({
      pgctl: "/usr/lib/postgresql/15/bin/pg_ctl",
      psql: "/usr/lib/postgresql/15/bin/psql",
      pgdata: "/var/lib/pgsql/data",
      pgdba: "postgres",
      pgport: "5432",
      pgdb: "qvddb",
      monitor_user: "ha_monitor",
      monitor_password: "peer",
      monitor_sql: "update ha.pacemaker_monitor set last_update = current_timestamp;",
      logfile: "/var/log/postgresql/postgresql-qvd.log",
    }));
  test("the socket's directory where the configuration moves it", () =>
    expect(agentParams(spec({ settings: { unix_socket_directories: "/run/a, /tmp" } })).socketdir).toBe("/run/a"));
});
