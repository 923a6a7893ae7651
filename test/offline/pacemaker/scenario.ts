import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What happened before Pacemaker is asked what it would do. Everything that is not given is as in a healthy cluster with the service on qvddb1. */
export interface Given {
  /** `cold`: nothing has run yet. Default: a healthy cluster, as it came of a cold start. */
  readonly start?: "cold";
  /** Runs of crm_simulate before, each from the result of the one before it: their options, as in `--node-fail=qvddb1`. */
  readonly before?: readonly (readonly string[])[];
  /** DRBD's promotion scores by node; null: the node has none. Default: both good. */
  readonly scores?: Readonly<Record<string, number | null>>;
  /** The attribute that ping keeps, by node; null: it is not there. Default: both reach the router. */
  readonly ping?: Readonly<Record<string, string | null>>;
  /**
   * `standby` and `maintenance` as an operator says it; `leaving` while it stops in an orderly way, `offline` after that, `lost` without a word, `pending` while its controller
   * does not answer, `unseen` since the cluster started.
   */
  readonly nodes?: Readonly<
    Record<string, "standby" | "maintenance" | "leaving" | "offline" | "lost" | "pending" | "unseen">
  >;
  /** Fail counts at the beginning, by node and operation, as in `p_postgres#start_0`: a start that failed counts INFINITY. */
  readonly failures?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Default: true. */
  readonly quorum?: boolean;
  /** Cluster options that an operator sets. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Meta attributes that an operator sets, by element. */
  readonly meta?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Parameters that the next deployment changes, by primitive. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Constraints beside ours, as XML. */
  readonly constraints?: readonly string[];
  /** What happens now: options of crm_simulate, as in `--op-inject=p_postgres_monitor_10000@qvddb1=7`. */
  readonly events?: readonly string[];
  /** Seconds that have passed since what is told in `before`. Default: 0. */
  readonly later?: number;
  /** `fails`: nothing that waits for a fencing happens. */
  readonly fencing?: "fails";
}

/** Words are of the form `what target node`; what is left out at their end matches anything. */
export interface Expected {
  /** Announced, in any order. */
  readonly actions?: readonly string[];
  /** Whether `actions` are all that is announced. */
  readonly nothingElse?: boolean;
  /** Executed in this order, other things in between. */
  readonly order?: readonly string[];
  /** By an action's words: those that it waits for, directly or not, however they would be executed by chance. */
  readonly behind?: Readonly<Record<string, readonly string[]>>;
  /** By an action's words: those that it waits for in no way. */
  readonly beside?: Readonly<Record<string, readonly string[]>>;
  /** Neither announced nor executed. */
  readonly never?: readonly string[];
  /** What an executed action carries, by its words (a monitor's with its interval): `timeout`, agents' parameters, `priority_fencing_delay`… */
  readonly with?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Scenario {
  readonly name: string;
  readonly given: Given;
  readonly expect: Expected;
  /** What is expected otherwise where the address starts beside the rest, and in the other values of profile `fast`. */
  readonly fast?: Expected;
  /** What would be lost if it were otherwise, in a sentence. */
  readonly why: string;
}

const ADDRESS = /^\w+ p_ip_postgres\b/;
/** What the address waits for, or what waits for it, where it is none of the group. */
const AROUND_ADDRESS = /^(\w+ p_ip_postgres|stop p_postgres|promote|demote|fence)\b/;

/** A scenario as profile `fast` must pass it: where the address comes between others of the group, it comes beside them. */
function forFast(s: Scenario): Scenario[] {
  const expect = { ...s.expect, ...s.fast };
  const { order } = expect;
  if (!order?.some((words) => ADDRESS.test(words))) return [{ ...s, expect }];
  return [
    { ...s, expect: { ...expect, order: order.filter((words) => !ADDRESS.test(words)) } },
    { ...s, expect: { order: order.filter((words) => AROUND_ADDRESS.test(words)), ...apart(order) } },
  ];
}

/** The address comes up beside the server and goes after it; what merely comes earlier or later by chance is not enough. */
function apart(order: readonly string[]): Pick<Expected, "behind" | "beside"> {
  const of = (id: string): string | undefined => order.find((words) => words.startsWith(id));
  const [up, served] = [of("start p_ip_postgres"), of("start p_postgres")];
  const [down, ended] = [of("stop p_ip_postgres"), of("stop p_postgres")];
  return {
    ...(up && served ? { beside: { [served]: [up] } } : {}),
    ...(down && ended ? { behind: { [down]: [ended] } } : {}),
  };
}

export const scenarios = JSON.parse(readFileSync(join(__dirname, "scenarios.json"), "utf8")) as readonly Scenario[];

/** A scenario as each profile must pass it. */
export const asPlayed: Readonly<Record<string, (s: Scenario) => readonly Scenario[]>> = {
  howto: (s) => [s],
  fast: forFast,
};
