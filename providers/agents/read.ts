import type { Fact, Seen } from "../fact";
import type { File } from "../file";
import { file } from "../file";
import { overlay } from "../overlay";
import type { AgentName } from "./render";
import { AGENT_NAMES, TEXTS } from "./render";
import type { AgentsSpec } from "./spec";

/** All of them, wanted or not: what an earlier configuration wanted may still be there. */
export const facts = (): Record<AgentName, Fact<File | undefined>> =>
  Object.fromEntries(Object.entries(TEXTS).map(([name, { path }]) => [name, file(path)])) as Record<
    AgentName,
    Fact<File | undefined>
  >;

export type AgentsSeen = Readonly<Record<string, Seen<ReturnType<typeof facts>>>>;

export const asWanted = (name: AgentName, f: File | undefined): boolean =>
  f !== undefined && f.text === TEXTS[name].text && f.mode === "755";

/** One that is changed is as good as none; which it is, the plan's reasons tell. */
export function live(known: AgentsSpec, seen: AgentsSeen): AgentsSpec | undefined {
  const all = Object.values(seen);
  if (all.every((s) => AGENT_NAMES.every((n) => s[n] === undefined))) return undefined;
  return overlay(
    known,
    all.map((s) => ({ ...known, agents: known.agents.filter((n) => asWanted(n, s[n])) })),
  );
}
