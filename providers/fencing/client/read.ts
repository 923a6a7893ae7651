import type { Fact, Seen } from "../../fact";
import { Secret, sh } from "../../remote";
import { overlay } from "../../overlay";
import { keyText } from "../../ssh/keyText";
import { parseHypervisors, PATHS } from "./render";
import type { FenceClientSpec } from "./spec";

const text = (path: string): Fact<string | undefined> => ({
  command: { script: sh`[ -e ${path} ] && { echo; cat ${path}; } || true` },
  parse: ({ stdout }) => (stdout === "" ? undefined : stdout.slice(1)),
});

export type KeyState = "same" | "other" | "absent";

/** Compared on the node, so that the key travels one way only. The key file's mode counts: ssh refuses one that others can read. */
const key = (spec: FenceClientSpec): Fact<KeyState> => ({
  command: {
    script: sh`f=${spec.keyPath}
if [ ! -e "$f" ]; then echo absent
elif [ "$(stat -c %a:%u "$f")" = 600:0 ] && cmp -s - "$f"; then echo same
else echo other; fi`,
    stdin: new Secret(keyText(spec.privateKey)),
  },
  parse: ({ stdout }) => {
    const state = stdout.trim();
    if (state !== "same" && state !== "other" && state !== "absent") throw new Error(`it said "${state}"`);
    return state;
  },
});

export const facts = (
  spec: FenceClientSpec,
): { key: Fact<KeyState>; config: Fact<string | undefined>; knownHosts: Fact<string | undefined> } => ({
  key: key(spec),
  config: text(PATHS.config),
  knownHosts: text(PATHS.knownHosts),
});

export type ClientSeen = Readonly<Record<string, Seen<ReturnType<typeof facts>>>>;

/** None where a file is gone; what else a changed one says, the plan's reasons tell. */
const hypervisorsOf = (config = "", knownHosts = ""): FenceClientSpec["hypervisors"] =>
  parseHypervisors(config, knownHosts);

/** The key itself is never read: where it is another one, the spec as read has none. */
export function live(known: FenceClientSpec, seen: ClientSeen): FenceClientSpec | undefined {
  const all = Object.values(seen);
  if (all.every((s) => s.key === "absent" && s.config === undefined && s.knownHosts === undefined)) return undefined;
  const found = all.map((s) => ({
    ...known,
    privateKey: s.key === "same" ? known.privateKey : "",
    hypervisors: hypervisorsOf(s.config, s.knownHosts),
  }));
  return overlay(known, found);
}
