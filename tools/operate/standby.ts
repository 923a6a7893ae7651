import { sh } from "@qvd-ha/providers/dist/remote";
import { isFencing } from "@qvd-ha/providers/dist/pacemaker/status";
import { problems } from "../status/health";
import type { Status } from "../status/read";
import { activeNode, view } from "../status/read";
import type { Change } from "./change";
import { managed, quorum, reasons, serves } from "./needs";
import type { Work } from "./work";

/** A full copy of the disk is the longest that a node takes to be whole again. */
const WHOLE_SECONDS = 3600;

export const intoStandby = (node: string): Change => ({
  says: `put ${node} into standby`,
  script: sh`crm_standby --node ${node} --update on`,
});

export const outOfStandby = (node: string): Change => ({
  says: `take ${node} out of standby`,
  script: sh`crm_standby --node ${node} --delete`,
});

/** @throws Refused naming the nodes */
export const known = (w: Work, node: string | undefined): string => {
  if (node === undefined || !w.hands.nodes.includes(node))
    w.refuse([`NODE is "${node ?? ""}": it must be one of ${w.hands.nodes.join(", ")}`]);
  return node as string;
};

export const inStandby = (s: Status, node: string): boolean =>
  view(s)?.nodes.some((n) => n.name === node && n.standby) ?? false;

/** What still runs on a node, fence devices aside. */
const runsOn = (s: Status, node: string): string[] =>
  (view(s)?.resources ?? [])
    .filter((r) => !isFencing(r) && r.active && r.nodes.includes(node))
    .map((r) => `${r.id} runs on ${node}`);

/** Nothing runs on the node afterwards; where the service ran, it runs on the other one. Agreed to before, or by the caller. */
export async function leave(w: Work, node: string): Promise<void> {
  const before = await w.look();
  const somebody = activeNode(before) !== undefined;
  if (!inStandby(before, node)) await w.apply(intoStandby(node));
  await w.until(`${node} runs nothing`, w.hands.boundSeconds, (s) => [
    ...(inStandby(s, node) ? [] : [`${node} is not in standby`]),
    ...runsOn(s, node),
    ...(somebody && others(s, node) && serves(s) === undefined ? ["nobody serves"] : []),
  ]);
}

/** Somebody is there who could serve instead. */
const others = (s: Status, node: string): boolean =>
  view(s)?.nodes.some((n) => n.name !== node && n.online && !n.standby) ?? false;

/** The node takes part again, and is as good as the other one. */
export async function comeBack(w: Work, node: string): Promise<void> {
  if (inStandby(await w.look(), node)) await w.apply(outOfStandby(node));
  await w.until("both nodes are whole", WHOLE_SECONDS, (s) =>
    // A failure that is over speaks against nothing here.
    problems(s)
      .filter((p) => p.kind !== "failure")
      .map((p) => p.what),
  );
}

/** Everything leaves the node; where it served, the other one takes over. */
export async function standby(w: Work, name: string | undefined): Promise<void> {
  const node = known(w, name);
  const s = await w.look();
  if (inStandby(s, node)) w.say(`${node} is in standby already`);
  else {
    w.refuse(reasons(s, quorum, managed));
    await w.agree(intoStandby(node));
  }
  await leave(w, node);
  w.say(`${node} runs nothing, until make online NODE=${node}`);
}

/** The node runs what it should again; done when it is as good as the other one. */
export async function onlineAgain(w: Work, name: string | undefined): Promise<void> {
  const node = known(w, name);
  const s = await w.look();
  if (!inStandby(s, node)) return w.say(`${node} is not in standby: nothing to do`);
  const there = view(s)?.nodes.find((n) => n.name === node);
  w.refuse([
    ...reasons(s, quorum, managed),
    ...(there?.online ? [] : [`${node} is offline: it has to be up first (make doctor)`]),
  ]);
  await w.agree(outOfStandby(node));
  await comeBack(w, node);
  w.say(`${node} takes part again, and holds the same data`);
}
