/** A block of ours within a file that belongs to the machine: the rest of it stays as it is. */
const BEGIN = "# BEGIN managed by qvd-ha";
const END = "# END managed by qvd-ha";

export const MARKERS = { begin: BEGIN, end: END } as const;

/** Undefined where there is no block. A block without an end is cut off at the end of the file. */
export function readBlock(text: string): string[] | undefined {
  const lines = text.split("\n");
  const from = lines.indexOf(BEGIN);
  if (from < 0) return undefined;
  const to = lines.indexOf(END, from);
  return lines.slice(from + 1, to < 0 ? undefined : to).filter((line) => line !== "");
}

export function withoutBlock(text: string): string {
  const lines = text.split("\n");
  const from = lines.indexOf(BEGIN);
  if (from < 0) return text;
  const to = lines.indexOf(END, from);
  return [...lines.slice(0, from), ...(to < 0 ? [""] : lines.slice(to + 1))].join("\n");
}

/** The block goes first, as the resolver takes the first line that fits. */
export const withBlock = (text: string, block: readonly string[]): string =>
  [BEGIN, ...block, END, withoutBlock(text)].join("\n");
