/** What a server tells of its settings, by name in lower case; as pg_settings has it. */
export interface Parameter {
  readonly unit: string | null;
  readonly type: string;
  readonly default: string | null;
  /** When a change counts: `postmaster` is at a restart. */
  readonly context?: string;
  /** What the server runs with. */
  readonly running?: string;
}
export type Parameters = Readonly<Record<string, Parameter>>;

const BYTES: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 };
const MILLISECONDS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A number with the unit that it has, or else the setting's own (`8kB` is one), in bytes or milliseconds. */
function quantity(text: string, unit: string | null): number | undefined {
  const m = /^\s*([+-]?\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(text);
  if (!m) return undefined;
  const [, count, own] = /^(\d*)([A-Za-z]*)$/.exec(unit ?? "") ?? [];
  const scale = (u: string): number | undefined => (u === "" ? 1 : (BYTES[u.toLowerCase()] ?? MILLISECONDS[u]));
  const size = m[2] ? scale(m[2]) : Number(count || 1) * (scale(own ?? "") ?? 1);
  return size === undefined ? undefined : Number(m[1]) * size;
}

const TRUE = /^(on|tr?u?e?|ye?s?|1)$/i;
const FALSE = /^(off?|fa?l?s?e?|no?|0)$/i;
const bool = (text: string): string => (TRUE.test(text) ? "on" : FALSE.test(text) ? "off" : text);

/** Whether two texts mean the same value of a setting. */
export function sameSetting(name: string, a: string, b: string, p: Parameters[string]): boolean {
  if (a === b) return true;
  if (p.type === "bool") return bool(a) === bool(b);
  if (p.type === "integer" || p.type === "real") {
    const [x, y] = [quantity(a, p.unit), quantity(b, p.unit)];
    return x !== undefined && x === y;
  }
  if (p.type === "enum") return a.toLowerCase() === b.toLowerCase();
  const listed = (text: string): string => text.toLowerCase().replace(/\s+/g, "");
  return name === "datestyle" && listed(a) === listed(b);
}

/**
 * What a file says in the wanted words: the same value in another notation is the wanted one; a wanted value that is the server's own default need not be
 * said, and saying a default that nobody asked for is saying nothing.
 */
export function meant(
  wanted: Readonly<Record<string, string>>,
  file: Readonly<Record<string, string>>,
  parameters: Parameters,
): Record<string, string> {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(file)])];
  const found = names.flatMap((name): [string, string][] => {
    const [w, v, p] = [wanted[name], file[name], parameters[name]];
    const isDefault = (text: string): boolean =>
      typeof p?.default === "string" && sameSetting(name, text, p.default, p);
    if (v === undefined) return w !== undefined && isDefault(w) ? [[name, w]] : [];
    if (w === undefined) return isDefault(v) ? [] : [[name, v]];
    return [[name, p && sameSetting(name, w, v, p) ? w : v]];
  });
  return Object.fromEntries(found);
}

/** Which of the settings that are wanted, or were in the file, run with another value that only a restart can change. */
export function needRestart(
  wanted: Readonly<Record<string, string>>,
  file: Readonly<Record<string, string>>,
  parameters: Parameters,
): string[] {
  return [...new Set([...Object.keys(wanted), ...Object.keys(file)])].sort().filter((name) => {
    const p = parameters[name.toLowerCase()];
    if (p?.context !== "postmaster" || p.running === undefined) return false;
    const value = wanted[name] ?? p.default;
    return value === null || !sameSetting(name, value, p.running, p);
  });
}
