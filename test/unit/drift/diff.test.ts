import { readFileSync } from "node:fs";
import { join } from "node:path";
import { names, parseDiff } from "../../e2e/drift/diff";
import { consents, maintenanceRows, rows as stackRows, touched } from "../../e2e/drift/row";

// Proves that what Pulumi's engine really prints (recorded/refresh.txt, of a resource made for it) is read path by path, and that the table's rows are sound.

const rows = [...stackRows, ...maintenanceRows];
const shown = parseDiff(readFileSync(join(__dirname, "recorded/refresh.txt"), "utf8"));
const at = (path: string, says?: string) =>
  names(shown, { resource: "qvddb1-prepared", path, ...(says === undefined ? {} : { says }) });

test.each([
  ["token", "5000 => 7000"],
  ["gone", "1"],
  ["secret", "[secret] => [secret]"],
  ["pgpass.password", "[secret]"],
  ["pgpass.user", '"sb"'],
  ["elements.p_x.params.ip", '"9"'],
  ["elements.p_new", undefined],
  ["elements.p_new.params.a", '"b"'],
  ["elements.p_old", undefined],
  ["settings.work_mem", '"9MB"'],
  ["hosts", undefined],
  ["drift.qvddb1", "not as wanted: y"],
  ["drift.qvddb1", "second"],
  ["members", undefined],
])("names %s: %s", (path, says) => expect(at(path, says)).toBeDefined());

test.each(["settings.log_line", "elements.p_x.kind", "drift.qvddb2", "tok", "elements.p_x.params.port"])(
  "does not name %s",
  (path) => expect(at(path)).toBeUndefined(),
);

test("names nothing of another resource", () =>
  expect(names(shown, { resource: "qvddb2-prepared", path: "token" })).toBeUndefined());

test("rows have a name of their own, a check, and either something to be seen or an owner who keeps it", () => {
  expect(new Set(rows.map((r) => r.name)).size).toBe(rows.length);
  for (const r of rows) {
    expect(r.repaired.length).toBeGreaterThan(0);
    expect([r.name, Boolean(r.seen) !== Boolean(r.status)]).toEqual([r.name, true]);
    expect(r.disturbs).toMatch(/^(none|(restarts|moves|stops) \S.*)$/);
    expect(r.change).not.toMatch(/--force|stonith_admin/);
  }
});

test("what a batch may disturb is what its rows say, and that is consented to by name", () => {
  const row = (disturbs: string) => ({ ...rows[0]!, disturbs });
  expect(consents([row("none"), row("restarts p_ip_postgres, p_postgres")])).toEqual([
    "restarts:p_ip_postgres",
    "restarts:p_postgres",
  ]);
  expect(touched([row("moves g_postgres")])).toEqual(["g_postgres"]);
});
