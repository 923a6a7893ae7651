import type { Secret } from "./secret";
import type { Sh } from "./sh";

/** Something to run on a node, as a value: nothing runs until the transport gets it. */
export interface Command {
  /** bash source, run in a subshell of its own under `set -euo pipefail`. */
  readonly script: Sh;
  /** Standard input. Secrets go here and nowhere else. Default: empty. */
  readonly stdin?: string | Secret;
  /** Seconds after which the node ends it with SIGTERM. Default: 120. */
  readonly timeoutSeconds?: number;
}

/** What a command gave back. */
export interface Answer {
  /** Exit status; 124 after a time-out. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const DEFAULT_TIMEOUT_SECONDS = 120;
