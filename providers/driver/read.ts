import type { Facts, Seen } from "../fact";
import type { AnyKind, Placed } from "../kind";
import { run } from "../remote";
import { titleOf } from "./progress";

type Readings = Record<string, Seen<Facts>>;

/** How long after it ended a reading holds for the other objects of its kind: a slow machine's refresh comes to the last of them that much later. */
const SHARED_MS = 60_000;
const shared = new Map<string, { ended?: number; readonly readings: Promise<Readings> }>();

/** As `read`, or what another object of the same kind has read of the same nodes a moment ago, where the kind says that they ask the same. Only for looking. */
export function readOnce(kind: AnyKind, spec: Placed): Promise<Readings> {
  if (!kind.shared) return read(kind, spec);
  const key = [kind.name, ...Object.entries(spec.connections).map(([node, c]) => `${node} ${c.host}:${c.port}`)].join(
    "\n",
  );
  const known = shared.get(key);
  if (known && (known.ended === undefined || Date.now() - known.ended < SHARED_MS)) return known.readings;
  const reading: { ended?: number; readonly readings: Promise<Readings> } = { readings: read(kind, spec) };
  shared.set(key, reading);
  reading.readings.then(
    () => (reading.ended = Date.now()),
    () => shared.delete(key),
  );
  return reading.readings;
}

/** Everything a kind wants to know, one round trip per node, all nodes at once. */
export async function read(kind: AnyKind, spec: Placed, patienceSeconds = 0): Promise<Readings> {
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
