import { readFileSync, writeFileSync } from "node:fs";
import { DEV } from "./support/changed";
import { installOf } from "./support/packages";
import { must, sh } from "./support/stack";
import { Standing } from "./support/standing";
import { step } from "./support/steps";

// Another major version of PostgreSQL on the stack that deployment.test.ts has brought up, and the way back. Proves with the real programs of 15 and 17, on the replicated disk of a real cluster,
// that the service is stopped and started through it, that every row is there afterwards, and that the other node serves the new version when the first one dies. The second version is that of
// the next release of Debian, put beside the guests' own. Run by itself: QVD_HA_E2E="deployment majors removal" make e2e.

const MINUTE = 60_000;
const given = JSON.parse(process.env.QVD_HA_SETTINGS ?? "{}") as { maintenance?: object };
const settings = JSON.stringify({ ...given, maintenance: { ...given.maintenance, backup: { enabled: true } } });
/** A verb for the stack with its nightly dumps switched on. */
const backed = (command: string): string => `export QVD_HA_SETTINGS='${settings}'; ${command}`;
const ROWS = "select count(*), md5(string_agg(r::text, '' order by i)) from e2e_major r";

describe("a major version of PostgreSQL", () => {
  let o: Standing;
  const file = readFileSync(DEV, "utf8");

  const major = (): Promise<string> => o.sql("select current_setting('server_version_num')::int / 10000");
  beforeAll(async () => {
    o = await Standing.find();
  });
  afterAll(() => writeFileSync(DEV, file));

  step(
    "is refused where its programs are not there; they come without a word to the cluster",
    async () => {
      await must(backed("make up"));
      expect(await major()).toBe("15");
      const refused = await sh(backed('make upgrade-postgres TO=17 CONSENT="stops:p_postgres"'));
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(/qvddb1 has no \/usr\/lib\/postgresql\/17\/bin\/pg_upgrade/);
      await installOf("trixie", o.connections, ["postgresql-17"]);
      await o.healthy(5);
      const clusters = await o.all("ls /etc/postgresql /etc/postgresql/* 2>/dev/null || true");
      for (const said of Object.values(clusters)) expect(said).not.toMatch(/17/);
      expect(await major()).toBe("15");
    },
    40 * MINUTE,
  );

  step(
    "is shown, refused without consent, then done: every row is there, and nothing is left to do",
    async () => {
      await o.sql("create table e2e_major as select i, md5(i::text) as t from generate_series(1, 20000) i");
      const before = await o.sql(ROWS);
      expect(await must(backed('make upgrade-postgres TO=17 ARGS="--preview"'))).toMatch(/stop p_postgres/);
      const refused = await sh(backed("make upgrade-postgres TO=17"));
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(/stops:p_postgres/);
      expect(await major()).toBe("15");
      const began = Date.now();
      const said = await must(backed('make upgrade-postgres TO=17 CONSENT="stops:p_postgres"'));
      console.log(`the upgrade took ${Math.round((Date.now() - began) / 1000)} s`);
      expect(said).toMatch(/PostgreSQL 17 serves, with the statistics that it needs/);
      expect(await major()).toBe("17");
      expect(await o.sql(ROWS)).toBe(before);
      expect(readFileSync(DEV, "utf8")).toMatch(/version: ["']?17/);
      expect(await must(backed("make up"))).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
      await o.healthy(5);
    },
    40 * MINUTE,
  );

  step(
    "is served by the other node when the one that made it loses its power, and no write is lost",
    async () => {
      const rows = await o.sql(ROWS);
      await must("make drill FAULT=power-cut ARGS=--no-verify");
      await o.healthy(10);
      expect(await major()).toBe("17");
      expect(await o.sql(ROWS)).toBe(rows);
    },
    20 * MINUTE,
  );

  step(
    "goes back by consent and by name of what is lost, and what was kept is thrown away by its version",
    async () => {
      await o.sql("insert into e2e_major values (0, 'written by 17')");
      const refused = await sh(backed('make upgrade-back CONSENT="stops:p_postgres"'));
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(/say so with LOSE=writes/);
      expect(await major()).toBe("17");
      await must(backed('make upgrade-back LOSE=writes CONSENT="stops:p_postgres"'));
      expect(await major()).toBe("15");
      expect(await o.sql("select count(*), min(i) from e2e_major")).toBe("20000|1");
      expect(await must("make upgrade-forget VERSION=17")).toMatch(/the data of PostgreSQL 17 is thrown away/);
      await o.sql("drop table e2e_major");
      writeFileSync(DEV, file);
      expect(await must("make up")).not.toMatch(/p_postgres.*(updated|replaced)/);
      await o.healthy(5);
    },
    40 * MINUTE,
  );
});
