import * as driver from "./driver";
import type { AnyKind } from "./kind";
import { kinds } from "./kinds";

/** What a serialised stub calls; arguments and results are those of `pulumi.dynamic.ResourceProvider`. */
function kindOf(name: string): AnyKind {
  const kind = (kinds as Record<string, AnyKind>)[name];
  if (!kind) throw new Error(`unknown kind "${name}": the state was written by another version of @qvd-ha/providers`);
  return kind;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- the engine's own types */
export const check = (name: string, news: any): any => {
  const { inputs, findings } = driver.check(kindOf(name), news);
  return { inputs, failures: findings };
};
export const announce = (name: string, old: any, news: any): any => driver.announce(kindOf(name), old, news);
export const create = (name: string, inputs: any): any => driver.create(kindOf(name), inputs);
export const read = (name: string, id: string, props: any): any => driver.refresh(kindOf(name), id, props);
export const update = (name: string, news: any): any => driver.update(kindOf(name), news);
export const remove = (name: string, props: any): any => driver.remove(kindOf(name), props);
export { createKeyPair } from "./ssh/keyPair";
