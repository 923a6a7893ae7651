import type { AnyKind } from "./kind";
import { postgres } from "./postgres";

/** Every kind there is, by the name its stub uses. */
export const kinds = { postgres } satisfies Record<string, AnyKind>;

export type KindName = keyof typeof kinds;
