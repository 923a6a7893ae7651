import type { Fact, Seen } from "../../fact";
import { overlay } from "../../overlay";
import { lines, Secret, sh } from "../../remote";
import { filesOf } from "./render";
import type { FenceSecretSpec } from "./spec";

export type FileState = "same" | "other" | "absent";

/** Compared on the node, one line per file, so that a secret travels one way only. Mode and owner count. */
const states = (spec: FenceSecretSpec): Fact<FileState[]> => ({
  command: {
    script: lines(
      ...filesOf(spec).map(
        ({ path, mode }) => sh`IFS= read -r wanted
f=${path}
if [ ! -e "$f" ]; then echo absent
elif [ "$(stat -c %a:%u "$f")" = ${`${mode}:0`} ] && base64 -d <<<"$wanted" | cmp -s - "$f"; then echo same
else echo other; fi`,
      ),
    ),
    stdin: new Secret(
      filesOf(spec)
        .map((f) => `${f.content.toString("base64")}\n`)
        .join(""),
    ),
  },
  parse: ({ stdout }) => {
    const said = stdout.trim().split("\n");
    const known = said.filter((s): s is FileState => s === "same" || s === "other" || s === "absent");
    if (known.length !== filesOf(spec).length) throw new Error(`it said "${stdout.trim()}"`);
    return known;
  },
});

export const facts = (spec: FenceSecretSpec): { states: Fact<FileState[]> } => ({ states: states(spec) });

export type SecretSeen = Readonly<Record<string, Seen<ReturnType<typeof facts>>>>;

/** The files are never read: where one is another, the spec as read has no secret. */
export function live(known: FenceSecretSpec, seen: SecretSeen): FenceSecretSpec | undefined {
  const all = Object.values(seen);
  if (all.every(({ states: of }) => of.every((s) => s === "absent"))) return undefined;
  return overlay(
    known,
    all.map(({ states: of }) => ({ ...known, secret: of.every((s) => s === "same") ? known.secret : "" })),
  );
}
