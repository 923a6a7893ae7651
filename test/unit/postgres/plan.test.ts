/** Plans as a table; `active` fills in a server that runs as wanted there, under Pacemaker. MARK is the wanted spec's fingerprint. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wordOf } from "../../../providers/driver/consent";
import { archiveSettings } from "../../../providers/maintenance/pitr/render";
import { postgres } from "../../../providers/postgres";
import type { PostgresInput, PostgresSpec } from "../../../providers/postgres";
import type { PostgresSeen } from "../../../providers/postgres/read";
import { fingerprint } from "../../../providers/postgres/stamp";
import { steps } from "../../../providers/step";
import { spec } from "./base";

type Tree = { [key: string]: Tree | unknown };

interface Case {
  name: string;
  active?: string;
  wanted?: Partial<PostgresInput>;
  /** default: the node has the files of the default spec, not of the wanted one. */
  files?: string;
  seen: Record<string, Tree>;
  plan?: { stage: number; node: string; reason: string; danger: string }[];
  throws?: string;
}

const cases = JSON.parse(readFileSync(join(__dirname, "plans.json"), "utf8")) as Case[];

const isTree = (v: unknown): v is Tree => v !== null && typeof v === "object" && !Array.isArray(v);
const merge = (a: Tree, b: Tree): Tree =>
  Object.entries(b).reduce<Tree>(
    (into, [k, v]) => ({ ...into, [k]: isTree(v) && isTree(into[k]) ? merge(into[k] as Tree, v) : (v ?? undefined) }),
    a,
  );

const IDLE: Tree = {
  managed: "no",
  drbd: { role: "Secondary", connection: "Connected", disks: "UpToDate/UpToDate" },
  place: { mountPoint: "empty", running: false },
  stamp: {},
};

const serving = (s: PostgresSpec): Tree => ({
  managed: "yes",
  drbd: { role: "Primary" },
  place: { mountPoint: "mounted", running: true },
  files: { version: s.version, settings: s.settings, system: {}, hba: s.hba, ident: s.ident },
  server: {
    checksums: true,
    pendingRestart: [],
    refused: [],
    password: "ours",
    roles: [],
    database: { owner: "qvd", encoding: "UTF8", locale: "C.UTF-8" },
    monitor: true,
  },
});

function nodes(c: Case, wanted: PostgresSpec): Record<string, PostgresSeen> {
  const marked = JSON.parse(JSON.stringify(c.seen).replaceAll("MARK", fingerprint(wanted))) as Record<string, Tree>;
  const node = (n: string): Tree => {
    const base = c.active === n ? merge(IDLE, serving(c.files ? spec() : wanted)) : IDLE;
    return merge(base, marked[n] ?? {});
  };
  return { qvddb1: node("qvddb1"), qvddb2: node("qvddb2") } as unknown as Record<string, PostgresSeen>;
}

test.each(cases)("$name", (c) => {
  const wanted = spec(c.wanted);
  const planned = () => postgres.plan(wanted, nodes(c, wanted));
  if (c.throws) return expect(planned).toThrow(c.throws);
  const p = planned();
  const told = p.stages.flatMap((stage, i) =>
    stage.map((s) => ({ stage: i, node: s.node, reason: s.reason, danger: s.danger ?? "none" })),
  );
  expect(told).toEqual(c.plan?.map((e) => ({ ...e, reason: expect.stringContaining(e.reason) as string })));
  if (told.length === 0) expect(p.why).not.toBe("");
});

test("archiving switched on: the restart that it wants is told, and wants consent, before the first step", () => {
  const wanted = { settings: { ...spec().settings, ...archiveSettings("qvd-ha", 300) } };
  // As PostgreSQL 15 describes them.
  const of = (type: string, fallback: string, context: string): object => ({
    unit: null,
    type,
    default: fallback,
    running: fallback,
    context,
  });
  const parameters = {
    archive_mode: of("enum", "off", "postmaster"),
    archive_command: of("string", "", "sighup"),
    archive_timeout: of("integer", "0", "sighup"),
  };
  const c: Case = { name: "", active: "qvddb1", wanted, files: "before", seen: { qvddb1: { server: { parameters } } } };
  const [first, ...more] = steps(postgres.plan(spec(wanted), nodes(c, spec(wanted))));
  expect(more).toEqual([]);
  expect(first?.reason).toBe("rewrite postgresql.conf and have the server read it; archive_mode then needs a restart");
  expect(first?.effects?.map(wordOf)).toEqual(["restarts:p_postgres"]);
  expect(first?.words).toEqual(["Pacemaker: restart p_postgres on qvddb1: PostgreSQL takes it up at its start only"]);
});

test("no script and no reason carries the password", () => {
  for (const c of cases) {
    if (c.throws) continue;
    const wanted = spec(c.wanted);
    for (const s of steps(postgres.plan(wanted, nodes(c, wanted))))
      expect(s.command.script.text + s.reason).not.toContain(wanted.role.password);
  }
});

describe("what is read back", () => {
  const at = (c: Partial<Case>): Record<string, PostgresSeen> => nodes({ name: "", seen: {}, ...c }, spec());

  test("a server as wanted gives the wanted spec", () =>
    expect(postgres.live(spec(), at({ active: "qvddb2" }))).toEqual(spec()));
  test("a service that is down keeps what is known", () =>
    expect(postgres.live(spec(), at({ seen: { qvddb1: { managed: "yes" } } }))).toEqual(spec()));
  test("seeded and not yet managed keeps what is known", () =>
    expect(postgres.live(spec(), at({ seen: { qvddb1: { stamp: { seeded: "x" } } } }))).toEqual(spec()));
  test("nothing at all is no object", () => expect(postgres.live(spec(), at({}))).toBeUndefined());
  test("whatever is read back fits the schema, so that the next refresh can start from it", () => {
    const live = postgres.live(
      spec(),
      at({
        active: "qvddb1",
        seen: {
          qvddb1: { server: { password: "none", database: null, monitor: false, roles: ["role qvd is missing"] } },
        },
      }),
    );
    expect(live).toMatchObject({ role: { name: "qvd", password: "(another password)" } });
    expect(postgres.schema.safeParse(live).success).toBe(true);
  });
});

describe("removal", () => {
  const at = (seen: Record<string, Tree>): Record<string, PostgresSeen> => nodes({ name: "", seen }, spec());
  test("not while the cluster manages it", () =>
    expect(() => postgres.remove(spec(), at({ qvddb1: { managed: "yes" } }))).toThrow(
      "take it out of the cluster first",
    ));
  test("nothing left, nothing to do", () =>
    expect(
      postgres.remove(
        spec(),
        at({ qvddb1: { place: { mountPoint: "absent" } }, qvddb2: { place: { mountPoint: "absent" } } }),
      ).stages,
    ).toEqual([]));
  test("on both nodes at once", () =>
    expect(
      steps(postgres.remove(spec(), at({ qvddb1: { drbd: { role: "Primary" } } }))).map((s) => [s.node, s.danger]),
    ).toEqual([
      ["qvddb1", "stops"],
      ["qvddb2", undefined],
    ]));
});
