import { given, wordOf } from "@qvd-ha/providers/dist/driver/consent";
import { isServer } from "@qvd-ha/providers/dist/pacemaker/server";
import type { Configuration } from "@qvd-ha/providers/dist/pacemaker/spec";
import type { Effect } from "@qvd-ha/providers/dist/step";

const primitives = (c: Configuration, is: (agent: string) => boolean): string[] =>
  Object.entries(c.elements).flatMap(([id, e]) => (e.kind === "primitive" && is(e.agent) ? [id] : []));

/** Database servers, by their agent. */
const servers = (c: Configuration): string[] => primitives(c, isServer);

/** Where clients find it, in the server's group or beside it. */
const addresses = (c: Configuration): string[] => primitives(c, (agent) => /:(IPaddr2?|address)$/.test(agent));

/** The group that a resource is in, followed by its members. */
function groupOf(id: string, c: Configuration): string[] | undefined {
  for (const [group, e] of Object.entries(c.elements))
    if (e.kind === "group" && e.members.includes(id)) return [group, ...e.members];
  return undefined;
}

/** The database server, what it is in a group with, and its address; nodes that are fenced, too. A clone that loses an instance interrupts nobody by itself. */
function interrupts(e: Effect, c: Configuration): boolean {
  if (!e.service) return false;
  const element = c.elements[e.resource];
  if (element === undefined) return true;
  if (element.kind === "clone") return false;
  if (addresses(c).includes(e.resource)) return true;
  return servers(c).some((id) => id === e.resource || groupOf(id, c)?.includes(e.resource));
}

/** What those who are served lose by it, if only for a moment. */
export const interruptions = (effects: readonly Effect[], c: Configuration): Effect[] =>
  effects.filter((e) => interrupts(e, c));

/** What the words in the environment do not agree to. The server's name speaks for its group and its address, as the service is meant. @throws Error naming a word that is none */
export function lacking(effects: readonly Effect[], c: Configuration): Effect[] {
  const words = given(effects.map(wordOf));
  return effects.filter((e) => {
    const speaks = [
      e.resource,
      ...(e.within ? [e.within] : []),
      ...servers(c).filter((id) => groupOf(id, c)?.[0] === e.resource || addresses(c).includes(e.resource)),
    ];
    return !speaks.some((id) => words.has(`${e.danger}:${id}`));
  });
}

export const words = (effects: readonly Effect[]): string => effects.map(wordOf).join(" ");
