import { HEAD } from "./head";

/** Settings as a script reads them: variables of bash. Nested names are joined by `_`, which is why keys are camelCase. */
export type Settings = { readonly [key: string]: Value };
type Value = string | number | boolean | readonly string[] | Settings | undefined;

const text = (value: string): string => `'${value.replace(/'/g, `'\\''`)}'`;

function assignments(settings: Settings, prefix: string): string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    if (value === undefined) return [];
    if (typeof value === "string") return [`${name}=${text(value)}`];
    if (typeof value === "number" || typeof value === "boolean") return [`${name}=${value}`];
    if (Array.isArray(value)) return [`${name}=(${(value as readonly string[]).map(text).join(" ")})`];
    return assignments(value as Settings, `${name}_`);
  });
}

export const renderConf = (settings: Settings): string => `${HEAD}${assignments(settings, "").join("\n")}\n`;

type Tree = { [key: string]: string | number | boolean | string[] | Tree };

function put(tree: Tree, path: readonly string[], value: Tree[string]): void {
  const [first = "", ...rest] = path;
  if (rest.length === 0) tree[first] = value;
  else put((tree[first] ??= {}) as Tree, rest, value);
}

const WORD = /'((?:[^']|'\\'')*)'/g;
const words = (source: string): string[] =>
  [...source.matchAll(WORD)].map((m) => (m[1] as string).replaceAll(`'\\''`, "'"));

function valueOf(source: string): Tree[string] {
  if (source.startsWith("(")) return words(source);
  if (source.startsWith("'")) return words(source).join("");
  if (source === "true" || source === "false") return source === "true";
  return Number(source);
}

/** The inverse of `renderConf`; what is no assignment of ours is passed over. */
export function parseConf(source: string): Tree {
  const tree: Tree = {};
  const line =
    /^([A-Za-z][A-Za-z0-9_]*)=(\((?:'(?:[^']|'\\'')*' ?)*\)|(?:'(?:[^']|'\\'')*')|true|false|-?\d+(?:\.\d+)?)$/gm;
  for (const [, name = "", value = ""] of source.matchAll(line)) put(tree, name.split("_"), valueOf(value));
  return tree;
}
