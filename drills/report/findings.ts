import type { Finding } from "../aftermath/aftermath";
import type { Seen } from "../course";
import type { Coverage } from "../invariants/coverage";
import type { Violation } from "../invariants/rules";
import type { Verdict } from "../ledger/check";
import type { Gap } from "../ledger/gaps";
import type { Order } from "../pieces/order";

/** What is compared with what was expected of the fault. */
export interface Findings {
  readonly active: string;
  readonly standby: string;
  /** Why the fault could not be done as planned. */
  readonly trouble?: string;
  /** Where the database runs after the fault; undefined: nowhere. */
  readonly servedBy?: string;
  readonly gap?: Gap;
  /** Median of what the writes took that were sent and acknowledged while the fault lasted, in seconds; undefined where there is none. */
  readonly took?: number;
  readonly worstCaseFailoverSeconds?: number;
  /** Names of the nodes that were fenced, once for each time. */
  readonly fenced: readonly string[];
  readonly order: Order;
  /** Logs that could not be read, each with the reason: who was fenced and promoted is not known then. */
  readonly unread: readonly string[];
  /** Seconds before the drill's end at which the ledger's clients had ended, by a limit of their own. */
  readonly unwritten: number;
  /** Names of the nodes that have booted anew, once for each time. */
  readonly booted: readonly string[];
  readonly signs: readonly Seen[];
  readonly told: readonly Seen[];
  readonly stayedDown?: boolean;
  readonly redundantAfter?: number;
  readonly verdict?: Verdict;
  readonly violations: readonly Violation[];
  /** By node. */
  readonly sampling: Readonly<Record<string, Coverage>>;
  readonly aftermath: readonly Finding[];
  readonly unrestored: readonly string[];
}
