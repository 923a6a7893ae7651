import { raw } from "../remote";
import type { Sh } from "../remote";
import { word } from "./config";

/** What stands for the secret where it is another one than wanted; no spec may have it. */
const OTHER = "(another secret)";

/**
 * Bash function `mask`: what it reads, with the shared secret replaced by whether it is the wanted one, which comes on standard input of the whole: so it travels one way
 * only. By a here-document, as an argument would show in the process list.
 */
export const MASK: Sh = raw(`want=$(cat)
mask() {
  awk 'FNR == NR { want = $0; next }
    match($0, /shared-secret[ \\t]+("[^"]*"|[^";]*);/) {
      value = substr($0, RSTART, RLENGTH); sub(/^shared-secret[ \\t]+/, "", value); gsub(/[";]/, "", value)
      $0 = substr($0, 1, RSTART - 1) "shared-secret " (value == want ? "@wanted" : "@other") substr($0, RSTART + RLENGTH - 1)
    }
    { print }' /dev/fd/3 - 3<<<"$want"
}`);

/** The text with the wanted secret back in its place, written as we write it. */
export const unmask = (text: string, secret: string): string =>
  text
    .replaceAll("shared-secret @wanted;", `shared-secret ${word(secret)};`)
    .replaceAll("shared-secret @other;", `shared-secret ${word(OTHER)};`);
