import { demands, printed } from "../../../providers/qvd";

const asked = { boundSeconds: 356, qvdNodes: 4, logins: 30, authentication: "scram-sha-256", settings: {} };

test("the defaults meet what QVD asks of a small site, and each demand says what it gets", () => {
  const all = demands(asked);
  expect(all.filter((d) => !d.met)).toEqual([]);
  expect(all.map(printed)).toEqual([
    "a node daemon gives up on its database: below 390 s; 356 s at most",
    "its ticker counts as dead: below 450 s; 356 s at most",
    "a node counts as lost: below 600 s; 356 s at most",
    "connections of 4 QVD nodes and 30 log-ins at once, API and portal: max_connections 62 or more; 100",
    "the same for the role: 54 or more; 92",
    "QVD's transactions are serializable: serializable; serializable",
    "some clients lose their time zone when they reconnect: UTC; UTC",
    "sessions that wait for notifications are never ended: 0; 0",
  ]);
});

test.each([
  ["a longer failover", { boundSeconds: 400 }, ["timers"]],
  [
    "more log-ins than there are slots",
    { logins: 100 },
    ["database.settings.max_connections", "database.connectionLimit"],
  ],
  ["a limit of the role alone", { connectionLimit: 20 }, ["database.connectionLimit"]],
  ["no limit of the role", { connectionLimit: -1 }, []],
  [
    "another isolation",
    { settings: { default_transaction_isolation: "read committed" } },
    ["database.settings.default_transaction_isolation"],
  ],
  [
    "sessions that end by themselves",
    { settings: { idle_session_timeout: "10min" } },
    ["database.settings.idle_session_timeout"],
  ],
])("%s is told", (_name, more, properties) => {
  const found = demands({ ...asked, ...more }).filter((d) => !d.met);
  expect(found.map((d) => d.property)).toEqual(properties);
  for (const d of found) expect(printed(d)).toMatch(/\(NOT MET\)$/);
});
