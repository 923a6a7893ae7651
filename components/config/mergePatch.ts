export const isMap = (v: unknown): v is Record<string, unknown> =>
  v !== null && typeof v === "object" && !Array.isArray(v);

/** RFC 7396: maps are merged, null takes away, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const merged: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** The smallest patch that makes one value of another; undefined where they are equal. */
export function patchOf(from: unknown, to: unknown): unknown {
  if (!isMap(from) || !isMap(to)) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to;
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  const entries = keys.flatMap((key): [string, unknown][] => {
    if (to[key] === undefined) return from[key] === undefined ? [] : [[key, null]];
    const difference = patchOf(from[key], to[key]);
    return difference === undefined ? [] : [[key, difference]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
