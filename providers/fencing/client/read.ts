import type { Fact, Seen } from "../../fact";
import { Secret, sh } from "../../remote";
import { parseHypervisors, PATHS, renderConfig, renderKnownHosts } from "./render";
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
    stdin: new Secret(spec.privateKey),
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

/** None where a file is not wholly ours: what a changed one means to ssh is not for us to guess. */
function hypervisorsOf(known: FenceClientSpec, config = "", knownHosts = ""): FenceClientSpec["hypervisors"] {
  const hypervisors = parseHypervisors(config, knownHosts);
  const ours = renderConfig({ ...known, hypervisors }) === config && renderKnownHosts(hypervisors) === knownHosts;
  return ours ? hypervisors : [];
}

/** The key itself is never read: where it is another one, the spec as read has none. */
export function live(known: FenceClientSpec, seen: ClientSeen): FenceClientSpec | undefined {
  const all = Object.values(seen);
  if (all.every((s) => s.key === "absent" && s.config === undefined && s.knownHosts === undefined)) return undefined;
  const specs = all.map((s) => ({
    ...known,
    privateKey: s.key === "same" ? known.privateKey : "",
    hypervisors: hypervisorsOf(known, s.config, s.knownHosts),
  }));
  const wanted = JSON.stringify(known);
  return specs.find((spec) => JSON.stringify(spec) !== wanted) ?? specs[0];
}
