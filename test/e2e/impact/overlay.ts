/** Changes by name of a resource: path of a property, and its value; null takes it away. */
export type Overlay = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A copy with the values at some paths replaced. Outputs within stay what they are. */
export function overlaid(
  props: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result = { ...props };
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split("/");
    const last = keys.pop() as string;
    let at: Record<string, unknown> = result;
    for (const key of keys) {
      const child = at[key];
      if (child === undefined || child === null || typeof child !== "object")
        throw new Error(`nothing is at "${key}" of ${path}`);
      at[key] = Array.isArray(child) ? [...(child as unknown[])] : { ...child };
      at = at[key] as Record<string, unknown>;
    }
    if (value === null) delete at[last];
    else at[last] = value;
  }
  return result;
}
