import type { Fact } from "../fact";
import { Secret, sh } from "../remote";
import type { Command } from "../remote";
import { MARKERS } from "./block";
import { renderPgpass } from "./render";
import type { NodeSpec } from "./spec";

const FILE = "/root/.pgpass";
export type PgpassState = "same" | "other" | "absent";

const entry = (spec: Pick<NodeSpec, "pgpass">): Secret | undefined =>
  spec.pgpass && new Secret(renderPgpass(spec.pgpass));

/** Compared on the node, so that passwords travel one way only. libpq ignores a file that others can read. */
export const pgpassFact = (spec: Pick<NodeSpec, "pgpass">): Fact<PgpassState> => ({
  command: {
    script: sh`f=${FILE}
if ! grep -qsxF ${MARKERS.begin} "$f"; then echo absent; exit 0; fi
block=$(sed -n ${`/^${MARKERS.begin}$/,/^${MARKERS.end}$/{/^# /d;p;}`} "$f")
if [ "$(stat -c %a "$f")" = 600 ] && [ "$block" = "$(cat)" ]; then echo same; else echo other; fi`,
    ...(spec.pgpass ? { stdin: entry(spec) as Secret } : {}),
  },
  parse: ({ stdout }) => {
    const state = stdout.trim();
    if (state !== "same" && state !== "other" && state !== "absent") throw new Error(`it said "${state}"`);
    return state;
  },
});

/** Writes or, without an entry, removes our block; other entries stay. */
export const writePgpass = (spec: Pick<NodeSpec, "pgpass">): Command => ({
  script: sh`f=${FILE}
umask 077
{ if [ -e "$f" ]; then sed ${`/^${MARKERS.begin}$/,/^${MARKERS.end}$/d`} "$f"; fi
${spec.pgpass ? sh`echo ${MARKERS.begin}; cat; echo ${MARKERS.end}` : sh`:`}; } >"$f.new"
if [ -s "$f.new" ]; then mv "$f.new" "$f"; else rm -f "$f.new" "$f"; fi`,
  ...(spec.pgpass ? { stdin: entry(spec) as Secret } : {}),
});
