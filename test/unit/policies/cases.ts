import { UNKNOWN } from "@qvd-ha/providers/dist/unknown";
import base from "./base.json";
import list from "./cases.json";

/** A case is `base.json` with changes. It passes unless it `says` why not, or `waits` for a value. */
export interface Case {
  readonly policy: string;
  readonly name: string;
  readonly set?: Record<string, unknown>;
  readonly unset?: readonly string[];
  /** Every violation, by a part of its words. */
  readonly says?: readonly string[];
  /** Path of the value without which nothing can be said. */
  readonly waits?: string;
  readonly config?: Record<string, unknown>;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- paths into plain JSON */
/** `base.json` with the changes of some cases. */
export function build(...changes: readonly Case[]): Record<string, any> {
  const all: any = structuredClone(base);
  const holder = (path: string): [any, string] => {
    const keys = path.split(".");
    const last = keys.pop() as string;
    return [keys.reduce((v, k) => v[k], all), last];
  };
  for (const [path, value] of changes.flatMap((c) => Object.entries(c.set ?? {}))) {
    const [at, key] = holder(path);
    at[key] = value === "(unknown)" ? UNKNOWN : value;
  }
  for (const path of changes.flatMap((c) => c.unset ?? [])) {
    const [at, key] = holder(path);
    if (!(key in at)) throw new Error(`${path} is not in base.json`);
    delete at[key];
  }
  return all;
}

export const cases = list as unknown as readonly Case[];
