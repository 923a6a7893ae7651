/** Text that is equal exactly where two values are, whatever the order of keys; a key without a value is no key. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  ) ?? "";

export const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

type Fields = Readonly<Record<string, unknown>>;
const isFields = (v: unknown): v is Fields => v !== null && typeof v === "object" && !Array.isArray(v);

/**
 * One value out of what several nodes say: every field that is otherwise than known on any of them, so that two changes on two nodes both show.
 * Where two nodes differ from it in the same field, the first counts. Lists count as one field.
 */
export function overlay<T>(known: T, found: readonly T[]): T {
  const others = found.filter((f) => !same(f, known));
  if (others.length === 0) return known;
  const fields = [known, ...others].map((v): unknown => v);
  return (fields.every(isFields) ? overlayFields(fields) : others[0]) as T;
}

/** What an object says itself under a name; not what every object has by that name (`constructor`, `__proto__`). */
const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

function overlayFields([known = {}, ...others]: readonly Fields[]): Fields {
  const keys = [...new Set([known, ...others].flatMap((o) => Object.keys(o)))];
  const valueOf = (k: string): unknown =>
    overlay(
      own(known, k),
      others.map((o) => own(o, k)),
    );
  return Object.fromEntries(keys.map((k) => [k, valueOf(k)] as const).filter(([, v]) => v !== undefined));
}
