import type { Connection } from "../remote";
import { run } from "../remote";
import type { Danger, Plan, Step } from "../step";
import { DANGERS } from "../step";

const worse = (a: Danger, b: Danger): Danger => (DANGERS.indexOf(b) > DANGERS.indexOf(a) ? b : a);

/** The worst that a step may do, whether it says so itself or by its effects. */
export const dangerOf = (s: Step): Danger =>
  (s.effects ?? []).map((e) => e.danger as Danger).reduce(worse, s.danger ?? "none");

/** The plan with what its steps will do, asked of the nodes that can tell: one round trip per node that has such a step, none else. */
export async function foresee(
  title: string,
  p: Plan,
  connections: Readonly<Record<string, Connection>>,
): Promise<Plan> {
  const asking = p.stages.flat().filter((s) => s.predict !== undefined);
  if (asking.length === 0) return p;
  const answered = new Map<Step, Step>();
  await Promise.all(
    [...new Set(asking.map((s) => s.node))].map(async (node) => {
      const mine = asking.filter((s) => s.node === node);
      const answers = await run(
        connections[node] as Connection,
        mine.map((s) => (s.predict as NonNullable<Step["predict"]>).command),
      );
      mine.forEach((step, i) => {
        const { predict, ...rest } = step;
        try {
          const said = (predict as NonNullable<Step["predict"]>).parse(answers[i] as (typeof answers)[number]);
          answered.set(step, { ...rest, ...said });
        } catch (e) {
          throw new Error(`${title}: ${node}: cannot foresee what happens: ${(e as Error).message}`);
        }
      });
    }),
  );
  return { ...p, stages: p.stages.map((stage) => stage.map((s) => answered.get(s) ?? s)) };
}

/** What a step does beside its reason, in brackets; empty where it is nothing. */
export function told(s: Step): string {
  const effects = (s.effects ?? []).map((e) => `${e.danger} ${e.resource}`);
  if (effects.length > 0) return ` (${effects.join(", ")})`;
  const danger = s.danger ?? "none";
  return danger === "none" ? "" : ` (${danger}${s.object === undefined ? "" : ` ${s.object}`})`;
}
