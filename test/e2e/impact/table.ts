/** One change: said before, and done. */
export interface Outcome {
  readonly n: number;
  readonly name: string;
  /** By the preview, in Pacemaker's words. */
  readonly announced: readonly string[];
  /** By Pacemaker's own log. */
  readonly happened: readonly string[];
  /** What the preview asked for. */
  readonly consent: readonly string[];
  readonly wanted: readonly string[];
  /** It was refused where it had to be, and only there. */
  readonly refusal: boolean;
  /** Of `up`. */
  readonly error?: string;
  readonly seconds: number;
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.join("\n") === b.join("\n");

/** Everything that is wrong with an outcome, in words. */
export function faults(o: Outcome): string[] {
  const extra = o.happened.filter((x) => !o.announced.includes(x));
  const missing = o.announced.filter((x) => !o.happened.includes(x));
  return [
    ...extra.map((x) => `not announced: ${x}`),
    ...missing.map((x) => `announced and not done: ${x}`),
    ...(same(o.consent, [...o.wanted].sort())
      ? []
      : [`consent asked: ${o.consent.join(" ") || "none"}, expected: ${o.wanted.join(" ") || "none"}`]),
    ...(o.refusal ? [] : ["not refused where it should be, or refused where it should not"]),
    ...(o.error === undefined ? [] : [`up failed: ${o.error}`]),
  ];
}

/** A row of the table; what is wrong stands below it. */
export function row(o: Outcome): string {
  const bad = faults(o);
  const did = o.happened.length > 0 ? o.happened.join("; ") : "nothing";
  const consent = o.consent.length > 0 ? ` | consent ${o.consent.join(" ")}` : "";
  const head = `${bad.length === 0 ? "ok " : "BAD"} ${String(o.n).padStart(2)} ${o.name} | ${did}${consent} | ${o.seconds} s`;
  return [head, ...bad.map((b) => `        ${b}`)].join("\n");
}
