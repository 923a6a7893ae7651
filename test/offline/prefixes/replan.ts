import type { Answer } from "../../../providers/remote";
import type { Plan, Step } from "../../../providers/step";
import { steps } from "../../../providers/step";

/** A pair of nodes that steps can be run on for real, from a known beginning. */
export interface Stage {
  /** Everything as at the beginning. */
  reset(): void;
  /** Keeps all of it, under a number; and goes back to it. */
  keep(n: number): void;
  back(n: number): void;
  /** Reads and plans, as the driver does. */
  plan(): Plan;
  run(step: Step): Answer;
  /** What must come out the same, however often it was interrupted. */
  end(): unknown;
  /** Throws where something holds that must not, whenever it is looked at. */
  check(): void;
}

/** As many as the driver has. */
const ROUNDS = 3;

/** The order in which the nodes of one stage come to their steps: they run at once, so either may be ahead. */
export type Order = "as planned" | "other node first";

function ordered(stage: readonly Step[], order: Order): Step[] {
  const nodes = [...new Set(stage.map((s) => s.node))];
  if (order === "other node first") nodes.reverse();
  return nodes.flatMap((n) => stage.filter((s) => s.node === n));
}

/** Reads, plans and runs until nothing is left. @returns the steps that ran */
export function converge(s: Stage, order: Order = "as planned", after?: (count: number) => void): string[] {
  const done: string[] = [];
  for (let round = 0; ; round++) {
    const p = s.plan();
    if (p.stages.length === 0) return done;
    const left = (): string =>
      steps(p)
        .map((x) => `${x.node}: ${x.reason}`)
        .join("; ");
    if (round === ROUNDS) throw new Error(`not done after ${ROUNDS} rounds: ${left()}`);
    for (const step of p.stages.flatMap((stage) => ordered(stage, order))) {
      const a = s.run(step);
      if (a.code !== 0) throw new Error(`${step.node}: ${step.reason}: ${a.code}: ${a.stderr || a.stdout}`);
      done.push(`${step.node}: ${step.reason}`);
      s.check();
      after?.(done.length);
    }
  }
}

/**
 * Stops after every number of steps, looks, plans anew from what is there, and goes on to the end: always the same end, and nothing ever held that must not.
 * @returns the steps of a run that nobody interrupts
 */
export function everyPrefix(s: Stage, orders: readonly Order[] = ["as planned", "other node first"]): string[] {
  let all: string[] = [];
  let end: unknown;
  /** What had run at the stops so far, in whatever order: the same is not tried twice. */
  const tried = new Set<string>();
  for (const order of orders) {
    s.reset();
    s.check();
    s.keep(0);
    all = converge(s, order, (n) => s.keep(n));
    end ??= s.end();
    expect(s.end()).toEqual(end);
    for (let n = 0; n < all.length; n++) {
      const ran = [...all.slice(0, n)].sort().join("\n");
      if (tried.has(ran)) continue;
      tried.add(ran);
      s.back(n);
      try {
        converge(s);
        expect(s.end()).toEqual(end);
      } catch (e) {
        const before = all.slice(0, n).join("; ") || "none";
        throw new Error(`interrupted after ${n} steps (${order}): ${before}: ${(e as Error).message}`);
      }
    }
  }
  return all;
}
