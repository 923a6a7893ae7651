/** As much of a zod type as the walk needs. */
interface Type {
  readonly def: {
    readonly type: string;
    readonly innerType?: Type;
    readonly element?: Type;
    readonly shape?: Readonly<Record<string, Type>>;
    readonly defaultValue?: unknown;
  };
}

export interface Key {
  readonly path: string;
  readonly optional: boolean;
  readonly default?: unknown;
}

/** `above` is the default that a parent gives. */
function walk(type: Type, path: string, optional = false, above?: unknown): Key[] {
  const { type: kind, innerType, element, shape, defaultValue } = type.def;
  if (innerType) return walk(innerType, path, true, kind === "optional" ? above : defaultValue);
  if (kind === "array" && element?.def.type === "object") return walk(element, `${path}[]`);
  if (kind === "object" && shape)
    return Object.entries(shape).flatMap(([name, t]) =>
      walk(t, path ? `${path}.${name}` : name, false, (above as Record<string, unknown> | undefined)?.[name]),
    );
  return [{ path, optional, ...(above === undefined ? {} : { default: above }) }];
}

/** Every leaf that a stack may set; an element of a list is written `[]`. */
export const keys = (schema: unknown): Key[] => walk(schema as Type, "");
