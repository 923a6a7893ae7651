import { ConnectionError, sh } from "@qvd-ha/providers/dist/remote";
import { machineFact } from "../doctor/facts/machine";
import { problems } from "../status/health";
import type { Status } from "../status/read";
import { activeNode, view } from "../status/read";
import { marksOf, note, takeBack } from "./marks";
import { comeBack, inStandby, intoStandby, leave } from "./standby";
import type { Work } from "./work";

/** From the order to boot until the node answers again; a machine tests its memory, an emulated one takes its time. */
const BOOT_SECONDS = 1200;
const JOIN_SECONDS = 600;
const EVERY_SECONDS = 5;

/** What is done to a node that runs nothing, before it boots anew. */
export type Treatment = (w: Work, node: string) => Promise<void>;

async function bootOf(w: Work, node: string): Promise<string> {
  return machineFact.parse(await w.hands.run(node, machineFact.command)).bootId;
}

/** Until the node answers in another boot than that one. */
async function awaitBoot(w: Work, node: string, before: string): Promise<void> {
  const deadline = Date.now() + BOOT_SECONDS * 1000;
  for (;;) {
    const boot = await bootOf(w, node).catch((e: unknown) => {
      if (e instanceof ConnectionError) return before;
      throw e;
    });
    if (boot !== before) return;
    if (Date.now() > deadline)
      throw new Error(
        `${node} has not come back within ${BOOT_SECONDS} s of being told to boot: look at its console, then repeat`,
      );
    await w.hands.pause(EVERY_SECONDS);
  }
}

async function boot(w: Work, node: string, before: string): Promise<void> {
  w.say(`${node}: booting anew`);
  // A little later, so that the order is acknowledged.
  await w.must(node, sh`systemd-run --quiet --on-active=2 systemctl reboot`, "the order to boot");
  await awaitBoot(w, node, before);
  w.say(`${node}: is back`);
}

const unhealthy = (s: Status): string[] => problems(s).map((p) => p.what);

/** Whom to begin with: the one that does not serve, or that an interrupted run has left in standby. */
const order = (s: Status, nodes: readonly string[]): string[] => {
  const active = activeNode(s);
  const rank = (n: string): number => (inStandby(s, n) ? 0 : n === active ? 2 : 1);
  return [...nodes].sort((a, b) => rank(a) - rank(b));
};

/** Tells and asks once for all of it: the service leaves the active node, and goes back only if somebody wants that. */
async function agree(w: Work, s: Status, todo: readonly string[]): Promise<void> {
  const active = activeNode(s);
  for (const node of todo.filter((n) => n !== active)) w.say(`${node} first: nobody notices`);
  if (active !== undefined && todo.includes(active)) await w.agree(intoStandby(active));
  w.begin("nobody would notice");
}

/**
 * One node after the other: everything leaves it, it is treated, it boots anew, it comes back, and only when both are whole again the next one follows. What was done is told by the
 * nodes themselves (the boot that they are in) and by a mark in the cluster's configuration, so an interrupted run is taken up by whoever repeats it, from wherever.
 * @param due nodes that it is to be done to; default: both
 */
export async function rolling(w: Work, verb: string, treat?: Treatment, due?: readonly string[]): Promise<void> {
  const s = await w.look();
  // The boot that a node was in when it was begun: as soon as it is in another one, it has booted.
  const begun = new Map([...(await marksOf(w, verb))].map(([node, [boot]]) => [node, boot ?? ""]));
  const nodes = due ?? w.hands.nodes;
  let agreed = true;
  if (begun.size === 0) {
    w.refuse(unhealthy(s));
    if (nodes.length === 0) return w.say("nothing to do");
    await agree(w, s, nodes);
    const on = await w.spokesman();
    for (const node of nodes) begun.set(node, await bootOf(w, node));
    await note(w, verb, new Map([...begun].map(([node, boot]) => [node, [boot]])), on);
  } else {
    w.begin(`an interrupted ${verb} would go on: ${[...begun.keys()].join(", ")}`);
    w.say(`an interrupted ${verb} goes on: ${[...begun.keys()].join(", ")}`);
    agreed = false;
  }
  for (const node of order(s, [...begun.keys()])) await one(w, node, begun.get(node) ?? "", agreed, treat);
  await takeBack(w, begun.keys());
  w.say(`done: ${[...begun.keys()].join(" and ")}`);
}

/** @param agreed somebody has agreed to its service's leaving; else it is asked for as soon as the other node could take it over */
async function one(w: Work, node: string, before: string, agreed: boolean, treat?: Treatment): Promise<void> {
  const now = await bootOf(w, node).catch((e: unknown) => {
    if (e instanceof ConnectionError) return undefined;
    throw e;
  });
  if (now === undefined) await awaitBoot(w, node, before);
  else if (now === before) {
    const s = await w.look();
    if (!inStandby(s, node)) {
      // The other one has to be whole before this one goes; after an interruption it may still be on its way.
      await w.until("both nodes are whole", JOIN_SECONDS * 6, (x) =>
        problems(x)
          .filter((p) => p.kind !== "failure")
          .map((p) => p.what),
      );
      if (!agreed && activeNode(await w.look()) === node) await w.agree(intoStandby(node));
    }
    await leave(w, node);
    if (treat) await treat(w, node);
    await boot(w, node, before);
  }
  await w.until(`${node} is in the cluster`, JOIN_SECONDS, (s) =>
    view(s)?.nodes.some((n) => n.name === node && n.online) ? [] : [`${node} is offline`],
  );
  await comeBack(w, node);
}
