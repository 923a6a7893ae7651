import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TICK } from "../../remote";
import { HEAD } from "./head";

const FOLDER = join(dirname(require.resolve("@qvd-ha/providers/package.json")), "maintenance", "scripts");

const source = (name: string): string => readFileSync(join(FOLDER, `${name}.sh`), "utf8");

/** Everything up to the first blank line is for who reads the source. */
const body = (text: string): string => text.slice(text.indexOf("\n\n") + 2);

const PIECES: Readonly<Record<string, string>> = { clock: TICK };

/** A script whole in one file, so that no other kind's files have to be there: each line `#@ name` becomes that piece. */
export const renderScript = (name: string): string =>
  `#!/bin/bash\n${HEAD}` +
  body(source(name)).replace(/^#@ (\w+)$/gm, (_line, piece: string) => PIECES[piece] ?? body(source(piece)).trimEnd());
