import type { About } from "../about";
import type { Finding } from "../aftermath/aftermath";
import type { Coverage } from "../invariants/coverage";
import type { InvariantReport } from "../invariants/rules";
import type { Sample } from "../invariants/time";
import type { Verdict } from "../ledger/check";
import type { Gap } from "../ledger/gaps";
import type { LogEvent } from "../pieces/events";
import type { Counts, Piece } from "../pieces/pieces";
import type { Surroundings } from "./surroundings";

/** What was expected of one thing, and what came. */
export interface Outcome {
  readonly what: string;
  readonly wanted: string;
  readonly came: string;
  readonly met: boolean;
}

/** Everything that one drill found out. Times are milliseconds since 1970, by one monotonic clock. */
export interface DrillReport {
  readonly fault: string;
  /** In the list of faults to survive; absent in the oldest reports. */
  readonly number?: string;
  readonly title: string;
  /** Absent in older reports. */
  readonly about?: About;
  /** The nodes in their roles before the fault. */
  readonly active: string;
  readonly standby: string;
  readonly started: number;
  /** Before the fault's first action, after its last, and when the nodes were left to become whole again. */
  readonly injected: number;
  readonly struck?: number;
  readonly healed?: number;
  readonly ended: number;
  /** Whether everything came as expected. */
  readonly passed: boolean;
  readonly outcomes: readonly Outcome[];
  /** Undefined when the table could not be read. */
  readonly verdict?: Verdict;
  readonly gap?: Gap;
  /** Seconds from sending a write to its acknowledgement, outage included. */
  readonly latency: { readonly p50?: number; readonly p95?: number };
  /** Acknowledged writes by second since `started`. */
  readonly acknowledged: readonly number[];
  /** Seconds until both nodes were whole again, from the fault or from its end; undefined when they were not in time. */
  readonly redundantAfter?: number;
  readonly worstCaseFailoverSeconds?: number;
  readonly pieces: readonly Piece[];
  readonly unaccounted?: number;
  readonly counts: Counts;
  /** How often each node was fenced. */
  readonly fenced?: Readonly<Record<string, number>>;
  readonly aftermath?: readonly Finding[];
  readonly invariants: InvariantReport;
  /** How much of the time each node was sampled; absent in older reports. */
  readonly sampling?: Readonly<Record<string, Coverage>>;
  readonly events: readonly LogEvent[];
  readonly samples: readonly Sample[];
  /** Things that went wrong with the drill itself, and do not decide its outcome. */
  readonly notes: readonly string[];
  readonly surroundings?: Surroundings;
}
