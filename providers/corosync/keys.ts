import type { Section } from "./config";
import { parseConfig, value } from "./config";

/** Values by the name that a key has in the daemon's map (cmap_keys(8)): `totem.token`, `nodelist.node.0.ring0_addr`. */
export type Keys = Readonly<Record<string, string>>;

/** Keys that a daemon has in its map only where they were configured, and that a spec may leave out. */
const OPTIONAL = ["totem.consensus", "totem.join", "totem.max_messages"];

function flatten(s: Section, prefix: string): [string, string][] {
  const places = new Map<string, number>();
  const inner = s.sections.flatMap((c) => {
    const at = places.get(c.name) ?? 0;
    places.set(c.name, at + 1);
    const place = c.name === "interface" ? `.${value(c, "linknumber") ?? at}` : c.name === "node" ? `.${at}` : "";
    return flatten(c, `${prefix}${c.name}${place}.`);
  });
  const own = s.entries.filter(([k]) => k !== "linknumber").map(([k, v]): [string, string] => [`${prefix}${k}`, v]);
  return [...own, ...inner];
}

/** Every key of a corosync.conf; the last value counts. @throws Error naming the line */
export const keysOf = (text: string): Keys => Object.fromEntries(flatten(parseConfig(text), ""));

/** `corosync-cmapctl`: what the daemon took from its configuration. */
export const parseMap = (text: string): Keys =>
  Object.fromEntries(
    [...text.matchAll(/^((?:totem|quorum|nodelist|logging)\.\S+) \(\w+\) = (.*)$/gm)].map((m) => [
      m[1] as string,
      m[2] as string,
    ]),
  );

/** Keys by which two files differ. */
export const differing = (a: Keys, b: Keys): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => a[k] !== b[k]).sort();

/** Keys that a daemon runs with otherwise than a file says; what it has of itself does not count. */
export const unlike = (running: Keys, file: Keys): string[] =>
  differing(file, Object.fromEntries(Object.entries(running).filter(([k]) => k in file || OPTIONAL.includes(k))));

/** A daemon's map as a file, so that one parser reads both. */
export function textOf(keys: Keys): string {
  const section = (name: string, prefix: string, inner: string[] = []): string[] => {
    const own = Object.entries(keys).filter(([k]) => k.startsWith(prefix) && !k.slice(prefix.length).includes("."));
    return [`${name} {`, ...own.map(([k, v]) => `${k.slice(prefix.length)}: ${v}`), ...inner, "}"];
  };
  const places = (prefix: string): string[] =>
    [...new Set(Object.keys(keys).flatMap((k) => (k.startsWith(prefix) ? k.slice(prefix.length).split(".")[0]! : [])))]
      .filter((p) => /^\d+$/.test(p))
      .sort((a, b) => Number(a) - Number(b));
  const links = places("totem.interface.").flatMap((i) => {
    const [head = "", ...rest] = section("interface", `totem.interface.${i}.`);
    return [head, `linknumber: ${i}`, ...rest];
  });
  const nodes = places("nodelist.node.").flatMap((i) => section("node", `nodelist.node.${i}.`));
  const third = Object.keys(keys).some((k) => k.startsWith("quorum.device."));
  const device = third ? section("device", "quorum.device.", section("net", "quorum.device.net.")) : [];
  return [
    ...section("totem", "totem.", links),
    ...section("nodelist", "nodelist.", nodes),
    ...section("quorum", "quorum.", device),
    ...section("logging", "logging."),
    "",
  ].join("\n");
}
