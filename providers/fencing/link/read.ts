import type { Fact, Seen } from "../../fact";
import type { File } from "../../file";
import { file } from "../../file";
import { overlay } from "../../overlay";
import { sh } from "../../remote";
import { parseUnit, unitOf, unitPath } from "./render";
import type { FenceLinkSpec } from "./spec";

/** Whether it runs, and starts at boot. Not whether it is connected: it tries for as long as it takes, and fencing does without it. */
const running = (unit: string): Fact<boolean> => ({
  command: {
    script: sh`systemctl is-active --quiet ${unit} && systemctl is-enabled --quiet ${unit} && echo yes || echo no`,
  },
  parse: ({ stdout }) => stdout.trim() === "yes",
});

export type LinkFacts = Readonly<Record<string, Fact<File | undefined> | Fact<boolean>>>;

export const facts = (spec: FenceLinkSpec): LinkFacts =>
  Object.fromEntries(
    spec.hypervisors.flatMap(({ name }): [string, Fact<File | undefined> | Fact<boolean>][] => [
      [`unit ${name}`, file(unitPath(name))],
      [`running ${name}`, running(unitOf(name))],
    ]),
  );

export type LinkSeen = Readonly<Record<string, Seen<LinkFacts>>>;

export const unitSeen = (s: LinkSeen[string] | undefined, name: string): File | undefined =>
  s?.[`unit ${name}`] as File | undefined;
export const runs = (s: LinkSeen[string] | undefined, name: string): boolean => s?.[`running ${name}`] === true;

export function live(known: FenceLinkSpec, seen: LinkSeen): FenceLinkSpec | undefined {
  const all = Object.values(seen);
  if (all.every((s) => known.hypervisors.every(({ name }) => unitSeen(s, name) === undefined))) return undefined;
  return overlay(
    known,
    all.map((s) => ({
      ...known,
      hypervisors: known.hypervisors.flatMap(({ name }) => {
        const found = parseUnit(name, unitSeen(s, name)?.text ?? "");
        return found ? [found] : [];
      }),
    })),
  );
}
