import type { HbaRule, Ident } from "./access";
import { orderedRule } from "./access";
import { MANAGED } from "./conf";

const PLAIN = /^[A-Za-z0-9_./:+=-]+$/;
/** Unquoted, these mean more than a name. */
const KEYWORDS = ["all", "replication", "sameuser", "samerole"];

const word = (w: string): string => (PLAIN.test(w) ? w : `"${w}"`);

/** pg_hba.conf, whole and in order. */
export const renderHba = (rules: readonly HbaRule[]): string =>
  [
    MANAGED,
    ...rules.map((r) =>
      [
        r.type,
        word(r.database),
        word(r.user),
        ...(r.address === undefined ? [] : [r.address]),
        r.method,
        ...Object.entries(r.options ?? {}).map(([k, v]) => word(`${k}=${v}`)),
      ].join(" "),
    ),
    "",
  ].join("\n");

/** Words of a line; a keyword in quotes is a name, so it keeps its quotes. */
function words(line: string): string[] {
  return [...line.replace(/^((?:[^"#]|"[^"]*")*)#.*$/, "$1").matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([w]) => {
    const bare = w.replace(/"/g, "");
    return w !== bare && KEYWORDS.includes(bare) ? w : bare;
  });
}

/** Bits of a network mask written as an address, as old files have it. */
const bitsOf = (mask: string): number =>
  mask
    .split(".")
    .map((n) => Number(n).toString(2).replace(/0/g, "").length)
    .reduce((a, b) => a + b, 0);

function parseRule(fields: readonly string[]): HbaRule {
  const [type = "", database = "", user = "", ...rest] = fields;
  let address: string | undefined;
  if (type !== "local") {
    address = rest.shift();
    if (/^\d+\.\d+\.\d+\.\d+$/.test(address ?? "") && /^\d+\.\d+\.\d+\.\d+$/.test(rest[0] ?? ""))
      address = `${address}/${bitsOf(rest.shift() as string)}`;
  }
  const [method = "", ...options] = rest;
  const pairs = options.map((o) => [o.split("=")[0] as string, o.slice(o.indexOf("=") + 1)]);
  return orderedRule({ type, database, user, address, method, options: Object.fromEntries(pairs) });
}

export const parseHba = (text: string): HbaRule[] =>
  text
    .split("\n")
    .map(words)
    .filter((w) => w.length > 0)
    .map(parseRule);

/** pg_ident.conf, whole. */
export const renderIdent = (maps: readonly Ident[]): string =>
  [MANAGED, ...maps.map((m) => [m.map, m.systemUser, m.databaseUser].map(word).join(" ")), ""].join("\n");

export const parseIdent = (text: string): Ident[] =>
  text
    .split("\n")
    .map(words)
    .filter((w) => w.length > 0)
    .map(([map = "", systemUser = "", databaseUser = ""]) => ({ map, systemUser, databaseUser }));
