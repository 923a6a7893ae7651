const MS: Readonly<Record<string, number>> = {
  us: 0.001,
  usec: 0.001,
  ms: 1,
  msec: 1,
  "": 1_000,
  s: 1_000,
  sec: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
};

/** Milliseconds of a duration as Pacemaker writes them: a whole number and a unit, seconds without one; an ISO 8601 time part (`PT10M`), too. Undefined where it is none. */
export function milliseconds(text: string): number | undefined {
  const plain = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text);
  if (plain) {
    const unit = MS[(plain[2] as string).toLowerCase()];
    return unit === undefined ? undefined : Math.floor(Number(plain[1]) * unit);
  }
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (!iso || iso[0] === "P" || iso[0].endsWith("T")) return undefined;
  const [, d, h, m, s] = iso;
  return ((Number(d ?? 0) * 24 + Number(h ?? 0)) * 3600 + Number(m ?? 0) * 60 + Number(s ?? 0)) * 1_000;
}

/** One way to write a length of time, so that `10min` and `600s` are the same value. */
export function canonicalDuration(text: string): string {
  const ms = milliseconds(text);
  if (ms === undefined) return text;
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
