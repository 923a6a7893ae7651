/** One difference that a refresh shows: of which resource, at which path, and the line's own text. */
export interface Shown {
  readonly resource: string;
  readonly path: string;
  readonly text: string;
}

// eslint-disable-next-line no-control-regex -- colours
const COLOUR = /\x1b\[[0-9;]*m/g;
const URN = /^\s*\[urn=urn:pulumi:[^\]]*::([^:\]]+)\]/;
const LINE = /^(\s*(?:([+~-])\s*)?)(?:\[(\d+)\]|([^\s:[{][^:]*?))\s*:\s?(.*)$/;

/**
 * Reads what `pulumi refresh --preview-only --diff` prints: a resource's head, and below it its properties, one a line, nested by indentation.
 * A path is given for every line with a mark, and for every line below an added or removed one.
 */
export function parseDiff(output: string): Shown[] {
  const shown: Shown[] = [];
  let resource = "";
  let stack: { indent: number; key: string; whole: boolean }[] = [];
  for (const raw of output.replace(COLOUR, "").split("\n")) {
    const urn = URN.exec(raw);
    if (urn) {
      resource = urn[1] as string;
      stack = [];
      continue;
    }
    const m = LINE.exec(raw);
    if (!m || resource === "" || /^\s*\[(id|provider|urn)=/.test(raw) || /^\s*--/.test(raw)) continue;
    const [, before = "", mark, index, name, text = ""] = m;
    // A mark may stand far before what it marks.
    const indent = before.length;
    stack = stack.filter((s) => s.indent < indent);
    const key = index ?? (name as string).trim().replace(/^"(.*)"$/, "$1");
    const whole = mark === "+" || mark === "-" || stack.some((s) => s.whole);
    stack.push({ indent, key, whole });
    if (mark || whole) shown.push({ resource, path: stack.map((s) => s.key).join("."), text: text.trim() });
  }
  return shown;
}

/** Whether something is named at a path or below it. */
export const names = (
  all: readonly Shown[],
  want: { resource: string; path: string; says?: string },
): Shown | undefined =>
  all.find(
    (s) =>
      s.resource === want.resource &&
      (s.path === want.path || s.path.startsWith(`${want.path}.`)) &&
      (want.says === undefined || s.text.includes(want.says)),
  );
