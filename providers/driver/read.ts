import type { Facts, Seen } from "../fact";
import type { AnyKind, Placed } from "../kind";
import { run } from "../remote";
import { titleOf } from "./progress";

/** Everything a kind wants to know, one round trip per node, all nodes at once. */
export async function read(kind: AnyKind, spec: Placed, patienceSeconds = 0): Promise<Record<string, Seen<Facts>>> {
  const nodes = Object.entries(spec.connections);
  const seen = await Promise.all(
    nodes.map(async ([node, connection]) => {
      const facts = Object.entries(kind.facts(spec, node) as Facts);
      const answers = await run(
        connection,
        facts.map(([, f]) => f.command),
        // What an earlier run left at work would make the facts untrue as soon as they are read.
        { patienceSeconds, after: titleOf(kind, spec) },
      );
      const values = facts.map(([name, fact], i) => {
        const answer = answers[i];
        if (!answer) throw new Error(`${kind.name}: ${node} gave no answer to "${name}"`);
        try {
          return [name, fact.parse(answer)];
        } catch (e) {
          throw new Error(`${kind.name}: cannot understand "${name}" of ${node}: ${(e as Error).message}`);
        }
      });
      return [node, Object.fromEntries(values)] as const;
    }),
  );
  return Object.fromEntries(seen);
}
