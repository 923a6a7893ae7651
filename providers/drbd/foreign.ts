import type { Statement } from "./config";
import { find, optionsOf, parseConfig } from "./config";
import type { Parsed } from "./render";
import { HEADER, parseBody, sections } from "./render";
import type { Running } from "./running";
import { sameValue } from "./running";
import type { Dialect, Spec } from "./spec";

/** A resource that somebody else has configured, as `drbdadm dump` tells it: whatever its file is and whatever it inherits. */
export interface Foreign {
  /** Where it is defined. */
  readonly file: string;
  readonly body: readonly Statement[];
}

const SECTIONS = ["options", "net", "disk", "startup", "handlers"] as const;
const VOLUME = ["device", "disk", "meta-disk"];

const block = (key: string, words: readonly string[], body: readonly Statement[]): Statement => ({ key, words, body });
const values = (v: Readonly<Record<string, string>>): Statement[] =>
  Object.entries(v).map(([key, word]) => ({ key, words: [word] }));

/** A host with its one volume in a section of its own, wherever the words for it stood. */
function host(on: Statement, resource: readonly Statement[]): Statement {
  const own = on.body ?? [];
  const places = [find(own, "volume", "0")?.body, own, find(resource, "volume", "0")?.body, resource];
  const volume = VOLUME.flatMap((key) => places.flatMap((p) => find(p, key) ?? [])[0] ?? []);
  const rest = own.filter((s) => s.key !== "volume" && !VOLUME.includes(s.key));
  return block("on", on.words, [...rest, block("volume", ["0"], volume)]);
}

/** From the whole of `drbdadm dump`: the resource with what it inherits from `common`. Undefined where it is not in there. @throws Error */
export function parseDump(text: string, resource: string): Foreign | undefined {
  const all = parseConfig(text);
  const body = find(all, "resource", resource)?.body;
  if (!body) return undefined;
  const common = find(all, "common")?.body;
  const at = text.split(`# resource ${resource} on `)[1];
  const file = /^# defined at (.+):\d+$/m.exec(at ?? "")?.[1] ?? "";
  const protocol = find(body, "protocol")?.words[0] ?? find(common, "protocol")?.words[0];
  const inherited = SECTIONS.map((name) => {
    const old: Record<string, string> = name === "net" && protocol !== undefined ? { protocol } : {};
    return block(name, [], values({ ...old, ...optionsOf(common, name), ...optionsOf(body, name) }));
  });
  const hosts = body.filter((s) => s.key === "on").map((on) => host(on, body));
  return { file, body: [...inherited, ...hosts] };
}

/**
 * What it says, in a spec's words. Where it says nothing, what the module runs with counts; a value in another notation is the wanted one.
 */
export function parseForeign(foreign: Foreign, known: Spec, dialect: Dialect, running: Running): Parsed {
  const wanted = sections(known, dialect);
  const body = foreign.body.map((s) => {
    const name = SECTIONS.find((n) => n === s.key && n !== "startup" && n !== "handlers");
    if (name !== "options" && name !== "net" && name !== "disk") return s;
    const given = optionsOf(foreign.body, name);
    const said = Object.entries(given).map(([k, v]) => [k, v] as const);
    const unsaid = Object.keys(wanted[name]).flatMap((k) => {
      const v = running[name][k];
      return k in given || v === undefined ? [] : [[k, v] as const];
    });
    const same = ([k, v]: readonly [string, string]): [string, string] => {
      const w = wanted[name][k];
      return [k, w !== undefined && sameValue(w, v) ? w : v];
    };
    return block(name, [], values(Object.fromEntries([...said, ...unsaid].map(same))));
  });
  return parseBody(body, known, dialect);
}

/** Whether a global file of somebody else's gives our resource's file something that it does not set itself. */
export function inherits(global: string, spec: Spec, dialect: Dialect): boolean {
  const common = find(parseConfig(global), "common")?.body;
  const own = sections(spec, dialect);
  const more = (common ?? []).some((s) => !SECTIONS.some((n) => n === s.key));
  return more || SECTIONS.some((n) => Object.keys(optionsOf(common, n)).some((k) => !(k in own[n])));
}

export const isOurs = (text: string | undefined): boolean => text?.startsWith(HEADER) ?? false;
