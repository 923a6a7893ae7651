import { due, rebootRequired, update } from "./packages";
import { marksOf } from "./marks";
import { rolling } from "./rolling";
import type { Work } from "./work";

const VERB = "update-rolling";

/** Every package of both nodes, one node at a time, each with a boot; the service is interrupted once. A node that has nothing to be updated is left alone. */
export async function updateRolling(w: Work): Promise<void> {
  // What was begun is ended, whatever the repositories say by now.
  if ((await marksOf(w, VERB)).size > 0) return rolling(w, VERB, update);
  const nodes: string[] = [];
  for (const node of w.hands.nodes) {
    const packages = await due(w, node);
    const boot = packages.length === 0 && (await rebootRequired(w, node));
    w.say(
      packages.length === 0
        ? `${node}: ${boot ? "nothing to be updated, and a boot is due" : "up to date"}`
        : `${node}: ${packages.length} packages: ${packages.slice(0, 8).join(", ")}${packages.length > 8 ? " …" : ""}`,
    );
    if (packages.length > 0 || boot) nodes.push(node);
  }
  if (nodes.length === 0) return w.say("both nodes are up to date: nothing to do");
  await rolling(w, VERB, update, nodes);
}
