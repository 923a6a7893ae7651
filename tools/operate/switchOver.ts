import { sh } from "@qvd-ha/providers/dist/remote";
import { layout } from "../status/ids";
import type { Status } from "../status/read";
import { activeNode, view } from "../status/read";
import type { Change } from "./change";
import { interruptions } from "./consent";
import { answers, idle, managed, mirrored, online, quorum, ready, reasons, served, serves } from "./needs";
import type { Work } from "./work";

/** What `crm_resource --move` puts into the configuration. A preference and no ban: while it stands, a failover is possible all the same. */
const preference = (group: string): string => `cli-prefer-${group}`;

export const move = (group: string, to: string): Change => ({
  says: `move the service to ${to}`,
  script: sh`crm_resource --resource ${group} --move --node ${to}`,
});

const clear = (group: string): Change => ({
  says: "take the preference back",
  script: sh`crm_resource --resource ${group} --clear`,
});

const groupOf = (s: Status): string => layout(view(s)).group;

const bound = (s: Status, id: string): boolean =>
  Object.values(s.nodes).some((r) => r.reachable && r.constraints.includes(id));

/** Where an earlier, interrupted switch-over was to go; undefined where none was. */
export async function interrupted(w: Work, s: Status): Promise<string | undefined> {
  const id = preference(groupOf(s));
  if (!bound(s, id)) return undefined;
  const node = await w.spokesman();
  const { stdout } = await w.hands.run(node, {
    script: sh`cibadmin --query --xpath ${`//rsc_location[@id='${id}']`}`,
  });
  return /\bnode="([^"]+)"/.exec(stdout)?.[1];
}

/** The preference goes only where nothing moves by that. */
async function release(w: Work, group: string): Promise<void> {
  const f = await w.foretell(clear(group));
  const back = interruptions(f.effects, f.configuration);
  if (back.length > 0)
    throw new Error(
      `${preference(group)} stays: without it, the service would move again (${f.words.join("; ")}). See make doctor, then repeat`,
    );
  await w.apply(clear(group));
}

/** Why the service cannot be moved to a node as things are. */
export const objections = (s: Status, to: string): string[] =>
  reasons(s, answers, quorum, managed, online, served, idle, mirrored, ready(to));

/**
 * Moves the service to the other node and takes the preference back when it has settled. Interrupted, it is repeated: it goes on to where it was going, and never back.
 * @param to default: where an interrupted one was going, else the node that does not serve
 * @param agreed the caller has told what comes of it, and was agreed with
 * @throws Refused where the other node could not take over
 */
export async function switchOver(w: Work, to?: string, agreed = false): Promise<void> {
  const s = await w.look();
  const before = await interrupted(w, s);
  const active = activeNode(s);
  const group = groupOf(s);
  const target = to || before || w.hands.nodes.find((n) => n !== active);
  if (target === undefined || !w.hands.nodes.includes(target))
    return w.refuse([`TO is "${target ?? ""}": it must be one of ${w.hands.nodes.join(", ")}`]);
  if (serves(s) === target) {
    if (before === undefined) return w.say(`${target} serves already: nothing to do`);
    w.begin("an interrupted switch-over would be ended");
    w.say(`${target} serves: an interrupted switch-over is ended`);
    return release(w, group);
  }
  if (before !== target) {
    w.refuse(objections(s, target));
    if (!agreed) await w.agree(move(group, target));
    if (before !== undefined) await w.apply(clear(group));
    await w.apply(move(group, target));
  } else {
    w.begin(`an interrupted switch-over to ${target} would go on`);
    w.say(`an interrupted switch-over to ${target} goes on`);
  }
  try {
    await w.until(`${target} serves`, w.hands.boundSeconds, (now) =>
      serves(now) === target ? [] : [`${serves(now) ?? "nobody"} serves`, ...failures(now)],
    );
  } catch (e) {
    await release(w, group).catch((r: Error) => w.say(r.message));
    throw e;
  }
  await release(w, group);
  w.say(`${target} serves`);
}

const failures = (s: Status): string[] =>
  (view(s)?.failures ?? []).map((f) => `${f.operation} of ${f.resource} failed on ${f.node}: ${f.reason || f.status}`);
