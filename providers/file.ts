import type { Fact } from "./fact";
import { sh } from "./remote";

export interface File {
  readonly mode: string;
  readonly text: string;
}

/** A file's mode and text; undefined where there is none. */
export const file = (path: string): Fact<File | undefined> => ({
  command: { script: sh`stat -Lc %a ${path} 2>/dev/null && cat ${path} || true` },
  parse: ({ stdout }) => {
    const end = stdout.indexOf("\n");
    return end < 0 ? undefined : { mode: stdout.slice(0, end), text: stdout.slice(end + 1) };
  },
});
