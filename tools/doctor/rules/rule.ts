import type { Finding } from "../finding";
import type { Look } from "../look";

/** What a rule says of a thing that is wrong; its own name is put to it. */
export type Said = Omit<Finding, "rule">;

/** One way in which a cluster can be ill: pure, and silent where another rule tells the cause. */
export type Rule = (l: Look) => readonly Said[];

/** What ends by itself is told of so many seconds before. */
export const DAYS_30 = 30 * 86_400;

/** Repairs what was changed by hand, wherever that is. */
export const REPAIR = ["up", { ARGS: "--refresh" }] as const;
