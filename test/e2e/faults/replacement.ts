import { must, sh } from "../support/stack";
import type { Fault } from "./fault";

const psql = (sql: string): Promise<string> => must(`. ./env.sh && tools/verbs/psql -Atqc "${sql}"`);

/** By the verb, with what it refuses before; `words` say what is new. */
const by = (id: string, words: string, what: string): Fault => ({
  id,
  must: `make replace-node puts ${what} in the place of the passive node's, refuses the active one's, and all of the data is copied to it`,
  minutes: 25,
  async run(c) {
    const { active, passive } = await c.roles();
    await psql("drop table if exists e2e_kept; create table e2e_kept as select 4711 as n");
    const before = (await c.standing())[active];
    const refused = await sh(`make replace-node NODE=${active} DISK=${active}-data ${words}`);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(`${active} serves: make switch-over`);
    const unnamed = await sh(`make replace-node NODE=${passive} ${words} </dev/null`);
    expect(unnamed.code).not.toBe(0);
    expect(unnamed.output).toContain("Nothing was touched");
    const said = await must(`make replace-node NODE=${passive} DISK=${passive}-data ${words}`);
    expect(said).toMatch(/KB were copied to \S+, all of the device/);
    await c.healthy(600);
    expect((await c.standing())[active]).toEqual({ ...before, breaks: expect.any(String) });
    expect(await psql("select n from e2e_kept")).toContain("4711");
    await psql("drop table e2e_kept");
    await must("make up");
  },
});

export const replacements: readonly Fault[] = [
  by("D15 machine", "", "a new machine"),
  by("D15 disk", "PART=disk", "a new disk"),
];
