/** A resource: its parent as `type name` (empty below the stack), its type, its name. */
export type Edge = readonly [parent: string, type: string, name: string];

/** A type as Pulumi's display shortens it: `random:index/randomPassword:RandomPassword` loses its middle. */
export const shown = (type: string): string =>
  type.replace(/^([\w-]+):(\w+)\/(\w+):(\w+)$/, (all, pkg, mod, file, t) =>
    (file as string).toLowerCase() === (t as string).toLowerCase() ? `${pkg}:${mod}:${t}` : all,
  );

/** The resources of a tree as `pulumi preview` draws it; other lines do not matter. */
export function parseTree(text: string): Edge[] {
  const above: { depth: number; label: string }[] = [];
  const found: Edge[] = [];
  for (const line of text.split("\n")) {
    const m = /^(.*?)[├└]─ (\S+)\s+(\S+)/.exec(line);
    if (!m) continue;
    const [, before = "", type = "", name = ""] = m;
    while ((above.at(-1)?.depth ?? -1) >= before.length) above.pop();
    found.push([above.at(-1)?.label ?? "", type, name]);
    above.push({ depth: before.length, label: `${type} ${name}` });
  }
  return found;
}
