import type { Connection } from "../remote";
import { run, StaleError } from "../remote";
import type { Plan, Step } from "../step";
import { told } from "./effects";
import { say } from "./progress";

/** A step failed on a node. The steps before it have run. */
export class StepError extends Error {
  override name = "StepError";
}

/** The last lines of what a command said; enough to act on, without a whole log. */
const tail = (text: string): string => text.trim().split("\n").slice(-12).join("\n");

async function runOn(title: string, connection: Connection, steps: readonly Step[]): Promise<number> {
  const node = (steps[0] as Step).node;
  // Told as it begins: a person sees what takes so long while it takes long.
  const begin = (i: number): void => {
    const step = steps[i];
    if (step) say(`${title}: ${node}: ${step.reason}${told(step)}`);
  };
  begin(0);
  const answers = await run(
    connection,
    steps.map((s) => s.command),
    { stopOnFailure: true, lock: title, onEnded: begin },
  );
  const failed = answers.findIndex((a) => a.code !== 0);
  if (failed >= 0) {
    const a = answers[failed] as (typeof answers)[number];
    const said = tail(a.stderr) || tail(a.stdout) || "it said nothing";
    const code = a.code === 124 ? "did not end in time" : `exit status ${a.code}`;
    throw new StepError(`${title}: ${node}: ${(steps[failed] as Step).reason}: ${code}: ${said}`);
  }
  return steps.length;
}

/**
 * Runs a plan; every node of a stage finishes before an error of one is thrown, so nothing runs on unseen. Counts what ran into `done`.
 * @throws StepError; StaleError where somebody else has worked on the object since it was read, and the plan no longer holds
 */
export async function apply(
  title: string,
  p: Plan,
  connections: Readonly<Record<string, Connection>>,
  done: Map<string, number>,
): Promise<void> {
  for (const stage of p.stages) {
    const nodes = [...new Set(stage.map((s) => s.node))];
    const results = await Promise.allSettled(
      nodes.map(async (node) => {
        const connection = connections[node];
        if (!connection) throw new StepError(`${title}: no connection to ${node}`);
        const mine = stage.filter((s) => s.node === node);
        // Counted before: a step that was started may have changed something even when it failed.
        done.set(node, (done.get(node) ?? 0) + mine.length);
        await runOn(title, connection, mine);
      }),
    );
    const errors = results.filter((r) => r.status === "rejected").map((r) => r.reason as Error);
    if (errors.length > 0 && errors.every((e) => e instanceof StaleError)) throw errors[0] as StaleError;
    if (errors.length > 0) throw new StepError(errors.map((e) => e.message).join("\n"));
  }
}
