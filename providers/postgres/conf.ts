import type { Settings } from "./settings";

export const MANAGED = "# Managed by qvd-ha: changes made here are taken back.";

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** postgresql.conf, whole. Control characters are refused by the rules. */
export const renderConf = (settings: Settings): string =>
  [
    MANAGED,
    ...Object.keys(settings)
      .sort()
      .map((name) => `${name} = '${(settings[name] as string).replace(/\\/g, "\\\\").replace(/'/g, "''")}'`),
    "",
  ].join("\n");

const LINE = /^\s*([A-Za-z_][A-Za-z0-9_.$]*)(?:\s*=\s*|\s+)('(?:[^'\\]|\\.|'')*'|[^\s#']+)\s*(?:#.*)?$/;

const unquoted = (word: string): string =>
  word.startsWith("'")
    ? word
        .slice(1, -1)
        .replace(/''|\\([0-7]{1,3})|\\(.)/g, (all, octal: string | undefined, char: string | undefined) =>
          all === "''"
            ? "'"
            : octal !== undefined
              ? String.fromCharCode(parseInt(octal, 8))
              : (ESCAPES[char as string] ?? (char as string)),
        )
    : word;

/** What a configuration file sets, as the server understands it: the last of several wins, names in lower case. A line that it would refuse shows under its number. */
export function parseConf(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  text.split("\n").forEach((line, i) => {
    if (/^\s*(#.*)?$/.test(line)) return;
    const m = LINE.exec(line);
    if (m) settings[(m[1] as string).toLowerCase()] = unquoted(m[2] as string);
    else settings[`line ${i + 1}`] = line.trim();
  });
  return settings;
}
