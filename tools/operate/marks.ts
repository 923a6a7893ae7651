import { lines } from "@qvd-ha/providers/dist/remote";
import { markOf, OPERATION, parseMark } from "./mark";
import type { Work } from "./work";
import { attribute, dropAttribute, setAttribute } from "./work";

const interrupted = (call: string): string => `make ${call} is at work or was interrupted: repeat that first`;

/**
 * What a verb has noted, by node.
 * @param node the verb's own word for whom it works on: its mark on another node is another run's
 * @throws Refused where another verb, or another run of this one, has not ended
 */
export async function marksOf(w: Work, verb: string, node?: string): Promise<Map<string, readonly string[]>> {
  const all = await Promise.all(
    w.hands.nodes.map(async (n) => ({ n, mark: parseMark(await attribute(w, n, OPERATION)) })),
  );
  const found = all.flatMap(({ n, mark }) => (mark ? [{ n, mark }] : []));
  w.refuse(
    found.flatMap(({ n, mark }) => {
      if (mark.verb !== verb) return [interrupted(mark.verb === "replace-node" ? `${mark.verb} NODE=${n}` : mark.verb)];
      return node === undefined || n === node ? [] : [interrupted(`${verb} NODE=${n}`)];
    }),
  );
  return new Map(found.map(({ n, mark }) => [n, mark.noted]));
}

/** Notes it on every node that is named. */
export async function note(
  w: Work,
  verb: string,
  noted: ReadonlyMap<string, readonly string[]>,
  on?: string,
): Promise<void> {
  const notes = [...noted].map(([node, rest]) => setAttribute(node, OPERATION, markOf(verb, ...rest)));
  await w.must(on ?? (await w.spokesman()), lines(...notes), "noting how far it has come");
}

/** The verb has ended there. */
export async function takeBack(w: Work, nodes: Iterable<string>): Promise<void> {
  const drops = [...nodes].map((node) => dropAttribute(node, OPERATION));
  if (drops.length > 0) await w.must(await w.spokesman(), lines(...drops), "taking the note back");
}
