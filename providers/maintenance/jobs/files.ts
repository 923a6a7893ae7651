import type { Fact } from "../../fact";
import { raw, Secret, sh } from "../../remote";
import type { Step } from "../../step";

/** A file of ours on a node, owned by root. */
export interface ManagedFile {
  readonly path: string;
  /** As in chmod. */
  readonly mode: "644" | "755" | "600" | "640";
  /** Who else may read it with mode 640. Default: root's. */
  readonly group?: string;
  /** A Secret is compared on the node and never read back. */
  readonly content: string | Secret;
}

export interface FoundFile {
  readonly mode: string;
  readonly text: string;
}

/** By path; those that are not there are left out. */
export type FoundFiles = Readonly<Record<string, FoundFile>>;

export const filesFact = (files: readonly ManagedFile[]): Fact<FoundFiles> => {
  const plain = files.filter((f) => !(f.content instanceof Secret)).map((f) => f.path);
  return {
    command: {
      script: sh`for f in ${plain}; do
  [ -f "$f" ] || continue
  echo "$f $(stat -c %a:%u "$f") $(base64 -w 0 "$f")"
done`,
    },
    parse: ({ stdout }) =>
      Object.fromEntries(
        stdout.split("\n").flatMap((line) => {
          const [path, mode, text = ""] = line.split(" ");
          return path && mode ? [[path, { mode, text: Buffer.from(text, "base64").toString("utf8") }]] : [];
        }),
      ),
  };
};

export type SecretState = "same" | "other" | "absent";

/** Compared on the node, so that the secret travels one way only. */
export const secretFact = (file: ManagedFile): Fact<SecretState> => ({
  command: {
    script: sh`f=${file.path}
if [ ! -e "$f" ]; then echo absent
elif [ "$(stat -c %a:%u:%G "$f")" = ${file.mode}:0:${file.group ?? "root"} ] && cmp -s - "$f"; then echo same
else echo other; fi`,
    stdin: file.content as Secret,
  },
  parse: ({ stdout }) => {
    const state = stdout.trim();
    if (state !== "same" && state !== "other" && state !== "absent") throw new Error(`it said "${state}"`);
    return state;
  },
});

export const isSecret = (file: ManagedFile): boolean => file.content instanceof Secret;

export const asWanted = (file: ManagedFile, found: FoundFile | undefined): boolean =>
  found !== undefined && found.text === file.content && found.mode === `${file.mode}:0`;

/** Moved into its place when it is whole, and on the disk: a script that is being run stays the one that was begun. */
export const writeFile = (node: string, file: ManagedFile): Step => ({
  node,
  reason: `write ${file.path}`,
  command: {
    script: sh`f=${file.path}
mkdir -p "$(dirname "$f")"; umask 077
cat >"$f.new"; ${file.group === undefined ? sh`:` : sh`chgrp ${file.group} "$f.new"`}; chmod ${file.mode} "$f.new"; sync "$f.new"; mv -T "$f.new" "$f"`,
    stdin: file.content,
  },
});

export const removeFiles = (paths: readonly string[]): ReturnType<typeof sh> =>
  sh`rm -f ${paths}
${raw("rmdir --ignore-fail-on-non-empty /usr/local/lib/qvd-ha /etc/qvd-ha 2>/dev/null || true")}`;
