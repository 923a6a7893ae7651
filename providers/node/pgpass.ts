import type { Fact } from "../fact";
import { raw, Secret, sh } from "../remote";
import type { Command } from "../remote";
import { MARKERS } from "./block";
import { parsePgpass, renderPgpass } from "./render";
import type { NodeSpec } from "./spec";

const FILE = "/root/.pgpass";
export type PgpassState = "same" | "other" | "absent";

const entry = (spec: Pick<NodeSpec, "pgpass">): Secret | undefined =>
  spec.pgpass && new Secret(renderPgpass(spec.pgpass));

/** Sets `state` by a file without a block of ours. Fields with an escaped colon never fit: then the entry is written. */
const FOREIGN = raw(`state=absent
if [ -n "$wanted" ] && [ "$(stat -c %a "$f" 2>/dev/null)" = 600 ]; then
  IFS=: read -r -a want <<<"$wanted"
  while IFS= read -r line; do
    IFS=: read -r -a have <<<"$line"
    fits=yes
    for i in 0 1 2 3; do [ "\${have[i]-}" = "*" ] || [ "\${have[i]-}" = "\${want[i]}" ] || fits=; done
    [ -n "$fits" ] || continue
    if [ "\${have[4]-}" = "\${want[4]}" ]; then state=same; fi
    break
  done <"$f"
fi`);

/**
 * Compared on the node, so that passwords travel one way only. libpq ignores a file that others can read, and takes the first line that fits:
 * a line of somebody else's will do as long as none before it fits, too.
 */
export const pgpassFact = (spec: Pick<NodeSpec, "pgpass">): Fact<PgpassState> => ({
  command: {
    script: sh`f=${FILE}
wanted=${spec.pgpass ? raw("$(cat)") : ""}
if grep -qsxF ${MARKERS.begin} "$f"; then
  block=$(sed -n ${`/^${MARKERS.begin}$/,/^${MARKERS.end}$/{/^# /d;p;}`} "$f")
  if [ "$(stat -c %a "$f")" = 600 ] && [ "$block" = "$wanted" ]; then echo same; else echo other; fi
  exit 0
fi
${FOREIGN}
echo $state`,
    ...(spec.pgpass ? { stdin: entry(spec) as Secret } : {}),
  },
  parse: ({ stdout }) => {
    const state = stdout.trim();
    if (state !== "same" && state !== "other" && state !== "absent") throw new Error(`it said "${state}"`);
    return state;
  },
});

/** Our entry as it stands on the node; of its password only whether it is the wanted one. */
export interface PgpassFound {
  readonly entry: Omit<NonNullable<NodeSpec["pgpass"]>, "password">;
  readonly samePassword: boolean;
}

/** A line in two: four fields with their colons, and the password; a colon in a field is escaped. */
const SPLIT = raw(String.raw`fields() { sed -nE '1s/^((([^:\\]|\\.)*:){4}).*/\1/p'; }
password() { sed -nE '1s/^(([^:\\]|\\.)*:){4}//p'; }`);

export const pgpassFieldsFact = (spec: Pick<NodeSpec, "pgpass">): Fact<PgpassFound | undefined> => ({
  command: {
    script: sh`${SPLIT}
wanted=$(cat)
block=$(sed -n ${`/^${MARKERS.begin}$/,/^${MARKERS.end}$/{/^# /d;p;}`} ${FILE} 2>/dev/null || true)
[ -n "$block" ] || exit 0
if [ "$(password <<<"$block")" = "$(password <<<"$wanted")" ]; then echo same; else echo other; fi
fields <<<"$block"`,
    ...(spec.pgpass ? { stdin: entry(spec) as Secret } : {}),
  },
  parse: ({ stdout }) => {
    const [password, line = ""] = stdout.split("\n");
    if (!password || line === "") return undefined;
    const { password: _none, ...found } = parsePgpass(line);
    return { entry: found, samePassword: password === "same" };
  },
});

/** Writes or, without an entry, removes our block; other entries stay. It goes first, as libpq takes the first line that fits. */
export const writePgpass = (spec: Pick<NodeSpec, "pgpass">): Command => ({
  script: sh`f=${FILE}
umask 077
{ ${spec.pgpass ? sh`echo ${MARKERS.begin}; cat; echo ${MARKERS.end}` : sh`:`}
if [ -e "$f" ]; then sed ${`/^${MARKERS.begin}$/,/^${MARKERS.end}$/d`} "$f"; fi; } >"$f.new"
if [ -s "$f.new" ]; then mv "$f.new" "$f"; else rm -f "$f.new" "$f"; fi`,
  ...(spec.pgpass ? { stdin: entry(spec) as Secret } : {}),
});
