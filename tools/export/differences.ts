import { read } from "@qvd-ha/providers/dist/driver";
import { steps } from "@qvd-ha/providers/dist/step";
import type { Asked } from "./program";

/** What `pulumi up` would do for one resource, in its own words; nothing where the nodes are as asked. */
export interface Difference {
  readonly name: string;
  readonly steps: readonly string[];
}

async function planOf({ name, kind, spec }: Asked): Promise<Difference> {
  try {
    const seen = await read(kind, spec);
    const todo = steps(kind.plan(spec, seen)).filter((s) => !s.waits);
    return { name, steps: todo.map((s) => `${s.node}: ${s.reason}`) };
  } catch (e) {
    return { name, steps: [(e as Error).message] };
  }
}

/** Reads the nodes and plans, as `pulumi up` would; changes nothing. */
export const differences = async (asked: readonly Asked[]): Promise<Difference[]> =>
  (await Promise.all(asked.map(planOf))).filter((d) => d.steps.length > 0);
