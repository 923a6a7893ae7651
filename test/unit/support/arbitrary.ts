import fc from "fast-check";
import type { z } from "zod";

/**
 * Values that a schema takes, as far out as its limits allow: strings of everything that its patterns permit, numbers at both ends, keys left out.
 * What its refinements refuse is thrown away.
 */
export const inputOf = <S extends z.ZodType>(schema: S, special: Special = {}): fc.Arbitrary<z.input<S>> =>
  (of(schema as unknown as Node, special, "") as fc.Arbitrary<z.input<S>>).filter((v) => schema.safeParse(v).success);

/** The same, normalised: what a spec is. */
export const specOf = <S extends z.ZodType>(schema: S, special: Special = {}): fc.Arbitrary<z.output<S>> =>
  inputOf(schema, special).map((v) => schema.parse(v));

/** By property, wherever it is: what takes the place of what would be made of its schema, where refinements leave hardly anything of that; null: left out. */
export type Special = Readonly<Record<string, fc.Arbitrary<unknown> | null>>;

/** The parts of a schema that are looked at, as zod keeps them. */
interface Node {
  readonly _zod: { readonly def: Def };
}
interface Check {
  readonly _zod: {
    readonly def: {
      readonly check: string;
      readonly format?: string;
      readonly pattern?: RegExp;
      readonly value?: number;
      readonly minimum?: number;
      readonly maximum?: number;
      readonly inclusive?: boolean;
      readonly prefix?: string;
    };
  };
}
interface Def {
  readonly type: string;
  readonly checks?: readonly Check[];
  readonly format?: string;
  readonly pattern?: RegExp;
  readonly check?: string;
  readonly innerType?: Node;
  readonly element?: Node;
  readonly shape?: Readonly<Record<string, Node>>;
  readonly keyType?: Node;
  readonly valueType?: Node;
  readonly options?: readonly Node[];
  readonly entries?: Readonly<Record<string, string | number>>;
  readonly values?: readonly unknown[];
  readonly in?: Node;
}

/** What quoting gets wrong first. */
const AWKWARD = [
  "'",
  '"',
  "\\",
  "a b",
  " a ",
  "a\tb",
  "a\nb",
  "#",
  ";",
  "{}",
  "<a&b>",
  "&amp;",
  "$(id)",
  "`id`",
  "%s",
  "ñ€😀",
  "=",
  ":",
  ",",
  "--",
];
/** Text as hostile as text can be. */
export const anyText = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.string({ unit: "grapheme", maxLength: 16 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.array(fc.constantFrom(...AWKWARD), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")),
);

function text(def: Def): fc.Arbitrary<unknown> {
  const checks = (def.checks ?? []).map((c) => c._zod.def);
  const format = def.format ?? checks.find((c) => c.format === "ipv4" || c.format === "ipv6")?.format;
  if (format === "ipv4") return fc.ipV4();
  if (format === "ipv6") return fc.ipV6();
  const prefix = checks.find((c) => c.prefix !== undefined)?.prefix;
  if (prefix !== undefined) return anyText.map((t) => prefix + t);
  const pattern = checks.find((c) => c.format === "regex")?.pattern;
  const permitted = pattern && AWKWARD.filter((t) => pattern.test(t));
  if (!pattern || !permitted) return anyText;
  return permitted.length === 0
    ? fc.stringMatching(pattern)
    : fc.oneof(fc.stringMatching(pattern), fc.constantFrom(...permitted));
}

function number(def: Def): fc.Arbitrary<unknown> {
  const checks = (def.checks ?? []).map((c) => c._zod.def);
  const limit = (check: string, open: number): number | undefined => {
    const found = checks.find((c) => c.check === check);
    return found?.value === undefined ? undefined : found.value + (found.inclusive === false ? open : 0);
  };
  return fc.integer({ min: limit("greater_than", 1) ?? -1_000_000, max: limit("less_than", -1) ?? 1_000_000 });
}

function object(def: Def, special: Special): fc.Arbitrary<unknown> {
  const shape = def.shape ?? {};
  const keys = Object.keys(shape).filter((k) => special[k] !== null);
  const fields = keys.map((k) => [k, special[k] ?? of(shape[k] as Node, special, k)] as const);
  const optional = new Set(["optional", "default", "prefault"]);
  const requiredKeys = keys.filter((k) => !optional.has((shape[k] as Node)._zod.def.type));
  return fc.record(Object.fromEntries(fields), { requiredKeys, noNullPrototype: true });
}

function of(schema: Node, special: Special, name: string): fc.Arbitrary<unknown> {
  const { def } = schema._zod;
  const inner = (s: Node | undefined): fc.Arbitrary<unknown> => of(s as Node, special, name);
  switch (def.type) {
    case "string": {
      const leaf = schema as unknown as z.ZodType;
      let misses = 0;
      return text(def).filter((t) => {
        const fits = leaf.safeParse(t).success;
        misses = fits ? 0 : misses + 1;
        if (misses > 10_000) throw new Error(`no text that was tried fits "${name}": give the test a generator for it`);
        return fits;
      });
    }
    case "number":
      return number(def);
    case "boolean":
      return fc.boolean();
    case "enum":
      return fc.constantFrom(...Object.values(def.entries ?? {}));
    case "literal":
      return fc.constantFrom(...(def.values ?? []));
    case "array":
      return fc.array(inner(def.element), { maxLength: 4 });
    case "record":
      return fc.dictionary(inner(def.keyType) as fc.Arbitrary<string>, inner(def.valueType), {
        maxKeys: 4,
        noNullPrototype: true,
      });
    case "object":
      return object(def, special);
    case "union":
      return fc.oneof(...(def.options ?? []).map(inner));
    case "optional":
    case "default":
    case "prefault":
      return inner(def.innerType);
    case "pipe":
      return inner(def.in);
    default:
      throw new Error(`${name}: no values are known of a schema of type ${def.type}`);
  }
}
