import type { AnyKind } from "./kind";
import { pacemaker, started } from "./pacemaker";
import { postgres } from "./postgres";

/** Every kind there is, by the name its stub uses. */
export const kinds = { pacemaker, started, postgres } satisfies Record<string, AnyKind>;

export type KindName = keyof typeof kinds;
