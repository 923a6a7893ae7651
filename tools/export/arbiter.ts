import type { Arbiter, Found } from "./settings";
import { thirdVoteHost } from "./settings";

export interface Ways {
  /** Host that was named by hand. */
  readonly named?: string;
  /** Of a deployed stack. */
  readonly outputs?: { readonly thirdVote?: Arbiter };
  /** A host key that this machine knows. @throws NotFound */
  readonly key: (host: string) => string;
}

/** With how the host of the third vote is reached: the nodes know its address alone, the stack or this machine the host key. */
export function withArbiter(found: Found, { named, outputs, key }: Ways): Found {
  const asked = thirdVoteHost(found);
  if (asked === undefined) return found;
  if (named === undefined && outputs?.thirdVote) return { ...found, arbiter: outputs.thirdVote };
  const host = named ?? asked;
  return { ...found, arbiter: { host, port: 22, user: "root", hostKey: key(host) } };
}
