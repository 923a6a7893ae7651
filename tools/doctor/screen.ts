import type { Finding } from "./finding";
import { sound } from "./finding";

/** Findings that fit on a screen with all that is said of them; of the others the name alone. */
const SHOWN = 8;

const lines = (f: Finding): string[] => [
  `${f.severity.toUpperCase().padEnd(9)} ${f.where}: ${f.what}${f.since ? ` (since ${f.since})` : ""}`,
  `          ${f.why}`,
  ...(f.next.length > 0 ? f.next : ["(wait, and look again: make doctor)"]).map((n) => `          $ ${n}`),
];

/** What is wrong on one screen, worst first, each with the next thing to type. */
export function screen(found: readonly Finding[]): string {
  const rest = found.slice(SHOWN);
  return [
    ...found.slice(0, SHOWN).flatMap(lines),
    ...(rest.length > 0 ? ["and after these:", ...rest.map((f) => `  ${f.severity} ${f.where}: ${f.what}`)] : []),
    ...(sound(found) ? ["Nothing is wrong: it would survive the loss of either node."] : []),
  ].join("\n");
}
