import type { AnyKind } from "./kind";

/** Every kind there is, by the name its stub uses. */
export const kinds = {} satisfies Record<string, AnyKind>;

export type KindName = keyof typeof kinds;
