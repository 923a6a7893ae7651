/** What /etc/qvd/node.conf of a QVD node says about its database. */
export interface NodeConf {
  readonly nodename: string;
  readonly host: string;
  readonly name: string;
  readonly user: string;
  /** Secret. */
  readonly password: string;
  /** Default: QVD's own. */
  readonly logFilename?: string;
  /** Default: QVD's own. */
  readonly logPath?: string;
  /** Further keys, as in `l7r.port`. */
  readonly more?: Readonly<Record<string, string>>;
}

const MANAGED = "# Managed by qvd-ha: changes made here are taken back.";

const escaped = (text: string, special: RegExp): string =>
  text
    .replace(/\\/g, "\\\\")
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r")
    .replace(/\t/g, "\\t")
    .replace(/\f/g, "\\f")
    .replace(special, "\\$&")
    .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** @throws Error for a value with `${`: QVD expands it, and nothing escapes it */
function line(key: string, value: string): string {
  if (value.includes("${")) throw new Error(`${key}: QVD would expand "\${" in the value, and it cannot be escaped`);
  return `${escaped(key, /[ :=#!]/g)} = ${escaped(value, /^[ ]/)}`;
}

/**
 * The file as Java properties. It has no `database.port`: some of QVD's programs ignore it, so another port than 5432 works by halves.
 * Carries the password: secret.
 */
export function renderNodeConf(c: NodeConf): string {
  const entries: [string, string | undefined][] = [
    ["nodename", c.nodename],
    ["database.host", c.host],
    ["database.name", c.name],
    ["database.user", c.user],
    ["database.password", c.password],
    ["log.filename", c.logFilename],
    ["path.log", c.logPath],
    ...Object.entries(c.more ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
  const given = entries.filter((e): e is [string, string] => e[1] !== undefined);
  return [MANAGED, ...given.map(([k, v]) => line(k, v)), ""].join("\n");
}

/** Inverse of `renderNodeConf`, for any properties file without continued lines. */
export function parseProperties(text: string): Record<string, string> {
  const plain = (t: string): string =>
    t.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_all, hex: string | undefined, c: string | undefined) =>
      hex
        ? String.fromCharCode(parseInt(hex, 16))
        : ({ n: "\n", r: "\r", t: "\t", f: "\f" }[c as string] ?? (c as string)),
    );
  const found: [string, string][] = [];
  for (const l of text.split("\n")) {
    const m = /^\s*(?![#!])((?:\\.|[^\\\s:=])+)(?:\s*[:=]\s*|\s+)?(.*)$/.exec(l);
    if (m) found.push([plain(m[1] as string), plain(m[2] as string)]);
  }
  // Whatever a key is called, it is a key.
  return Object.fromEntries(found);
}
