import { given, wordOf } from "@qvd-ha/providers/dist/driver/consent";
import type { Configuration } from "@qvd-ha/providers/dist/pacemaker/spec";
import type { Effect } from "@qvd-ha/providers/dist/step";
import { IDS } from "../status/ids";

/** The database server and what it is in a group with; nodes that are fenced, too. A clone that loses an instance interrupts nobody by itself. */
function interrupts(e: Effect, c: Configuration): boolean {
  if (!e.service) return false;
  const element = c.elements[e.resource];
  if (element === undefined) return true;
  if (element.kind === "clone") return false;
  const groups = Object.entries(c.elements).filter(([, x]) => x.kind === "group" && x.members.includes(IDS.postgres));
  const ours = groups.flatMap(([id, x]) => (x.kind === "group" ? [id, ...x.members] : []));
  return ours.includes(e.resource) || e.resource === IDS.postgres;
}

/** What those who are served lose by it, if only for a moment. */
export const interruptions = (effects: readonly Effect[], c: Configuration): Effect[] =>
  effects.filter((e) => interrupts(e, c));

/** What the words in the environment do not agree to. The server's name speaks for its group, as the service is meant. @throws Error naming a word that is none */
export function lacking(effects: readonly Effect[]): Effect[] {
  const words = given(effects.map(wordOf));
  return effects.filter((e) => {
    const speaks = [e.resource, ...(e.within ? [e.within] : []), ...(e.resource === IDS.group ? [IDS.postgres] : [])];
    return !speaks.some((id) => words.has(`${e.danger}:${id}`));
  });
}

export const words = (effects: readonly Effect[]): string => effects.map(wordOf).join(" ");
