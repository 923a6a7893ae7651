import type { Fact } from "../fact";
import { lines, Secret, sh } from "../remote";
import type { Statement } from "./config";
import { parseConfig } from "./config";
import { MASK, unmask } from "./mask";
import type { Spec } from "./spec";

type Values = Readonly<Record<string, string>>;
export type SectionName = "options" | "net" | "disk";
/** Options that the module runs with, defaults included, by section. Empty where the resource is down. */
export type Running = Readonly<Record<SectionName, Values>>;

const NAMES: readonly SectionName[] = ["options", "net", "disk"];

/** `drbdsetup show --show-defaults`: 8.4 and 9 nest their sections differently, and a resource with one peer and one volume has each once. */
export function parseShow(text: string, resource: string): Running {
  const running: Record<SectionName, Record<string, string>> = { options: {}, net: {}, disk: {} };
  const walk = (body: readonly Statement[]): void => {
    for (const s of body) {
      if (!s.body) continue;
      const name = NAMES.find((n) => n === s.key);
      if (name) for (const o of s.body) if (!o.body) running[name][o.key] = o.words.join(" ") || "yes";
      walk(s.body);
    }
  };
  walk(parseConfig(text).find((s) => s.key === "resource" && s.words[0] === resource)?.body ?? []);
  return running;
}

const UNITS: Readonly<Record<string, number>> = { s: 512, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

function quantity(v: string): { n: number; unit: boolean } | undefined {
  const m = /^(\d+)([skmg])?$/i.exec(v);
  return m ? { n: Number(m[1]) * (UNITS[(m[2] ?? "").toLowerCase()] ?? 1), unit: m[2] !== undefined } : undefined;
}

/** Equal values in DRBD's notations: `100M` is shown as `102400k`; a number without a unit is in the option's own unit, which `show` adds. */
export function sameValue(configured: string, shown: string): boolean {
  if (configured === shown) return true;
  const [c, s] = [quantity(configured), quantity(shown)];
  if (!c || !s) return false;
  return c.n === s.n || (!c.unit && s.unit && [512, 1024].some((u) => c.n * u === s.n));
}

export const runningFact = (spec: Pick<Spec, "resource" | "sharedSecret">): Fact<Running> => ({
  command: {
    script: lines(MASK, sh`drbdsetup show ${spec.resource} --show-defaults 2>/dev/null | mask || true`),
    stdin: new Secret(spec.sharedSecret),
  },
  parse: (a) => parseShow(unmask(a.stdout, spec.sharedSecret), spec.resource),
});
