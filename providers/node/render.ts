import { withBlock, withoutBlock } from "./block";
import { hostSchema, NTP_SERVER, REPOSITORY_LINE } from "./spec";
import type { NodeSpec } from "./spec";

type Host = NodeSpec["hosts"][number];

const HEAD = "# Managed by qvd-ha. Changes are overwritten.\n";

export const renderHosts = (hosts: readonly Host[]): string[] => hosts.map((h) => [h.address, ...h.names].join(" "));

/** Lines that cannot be ours are left out, so that what was read is a spec again. */
export const parseHosts = (lines: readonly string[]): Host[] =>
  lines.flatMap((line) => {
    const [address, ...names] = line.trim().split(/\s+/);
    const host = hostSchema.safeParse({ address, names });
    return host.success ? [host.data] : [];
  });

/** Lines by which the machine's own name would be a loopback address: its peer could not be told that one, and DRBD or Corosync might bind to it. */
export const loopbackLines = (text: string, name: string): string[] =>
  withoutBlock(text)
    .split("\n")
    .filter((line) => {
      const [address, ...names] = line.split("#", 1)[0]?.trim().split(/\s+/) ?? [];
      return address === "127.0.1.1" && names.some((n) => n === name || n.startsWith(`${name}.`));
    });

/** The whole of /etc/hosts, as it should be, from what it is. */
export function hostsFile(text: string, spec: Pick<NodeSpec, "hosts" | "name">): string {
  const own = loopbackLines(text, spec.name);
  const rest = withoutBlock(text)
    .split("\n")
    .filter((line) => !own.includes(line))
    .join("\n");
  return withBlock(rest, renderHosts(spec.hosts));
}

/** Addresses by name, as the resolver reads the file: the first line that has the name counts. */
function addressOf(text: string, name: string): string | undefined {
  const lines = text.split("\n").map((line) => line.split("#", 1)[0]?.trim().split(/\s+/) ?? []);
  return lines.find(([, ...names]) => names.includes(name))?.[0];
}

/** Whether a file without a block of ours gives every name the wanted address. */
export const resolves = (text: string, spec: Pick<NodeSpec, "hosts" | "name">): boolean =>
  loopbackLines(text, spec.name).length === 0 &&
  spec.hosts.every((h) => h.names.every((name) => addressOf(text, name) === h.address));

/** What a file without a block of ours says of the wanted names, in the wanted order. */
export const foundHosts = (text: string, hosts: readonly Host[]): Host[] =>
  hosts.flatMap((h) => {
    const names = h.names.filter((name) => addressOf(text, name) === h.address);
    return names.length > 0 ? [{ ...h, names }] : [];
  });

/** For chronyd: several samples at once at the start, and a clock that is far off is set rather than slewed for hours. */
export const renderChrony = (servers: readonly string[]): string =>
  [...servers.map((server) => `server ${server} iburst\n`), "makestep 1.0 3\n", "rtcsync\n"].join("");

export const chronyFile = (servers: readonly string[]): string => HEAD + renderChrony(servers);

export const parseChrony = (text: string): string[] =>
  [...text.matchAll(/^server (\S+) iburst$/gm)].map((m) => m[1] as string).filter((s) => NTP_SERVER.test(s));

export const renderRepository = (repository: NonNullable<NodeSpec["repository"]>): string =>
  HEAD + repository.lines.map((line) => `${line}\n`).join("");

export const parseRepository = (text: string): string[] =>
  text.split("\n").filter((line) => REPOSITORY_LINE.test(line));

/** Debian's package would make and start a database cluster of its own at install. */
export const CREATE_NO_CLUSTER = `${HEAD}create_main_cluster = false\n`;

const escape = (field: string): string => field.replace(/[\\:]/g, "\\$&");

/** One line as libpq reads it. Secret. */
export const renderPgpass = (p: NonNullable<NodeSpec["pgpass"]>): string =>
  `${[p.host, String(p.port), p.database, p.user, p.password].map(escape).join(":")}\n`;

export function parsePgpass(line: string): NonNullable<NodeSpec["pgpass"]> {
  const fields = [...line.replace(/\n$/, "").matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map((m) =>
    (m[1] as string).replace(/\\(.)/g, "$1"),
  );
  const [host, port, database, user, password] = fields as [string, string, string, string, string];
  return { host, port: Number(port), database, user, password };
}
