import type { Role, Script } from "./action";
import { text } from "./action";

const send = (on: Role, signal: "KILL" | "STOP", says: string, pids: string): Script => ({
  kind: "script",
  on,
  says,
  script: text(`pids=$(${pids}) || { echo 'it does not run' >&2; exit 1; }`, `kill -${signal} $pids`),
});

/** The oldest process of that name is the postmaster; its children have the same. */
const POSTMASTER = "pgrep -o -x 'postgres|postmaster'";

export const killPostmaster = (on: Role): Script =>
  send(on, "KILL", `kill -9 the postmaster on the ${on} node`, POSTMASTER);

/** Sessions that are open go on; nobody new gets in, the monitor included. */
export const stopPostmaster = (on: Role): Script => ({
  ...send(on, "STOP", `stop the postmaster on the ${on} node with SIGSTOP`, POSTMASTER),
  undo: [{ kind: "script", on, script: `kill -CONT $(${POSTMASTER}) 2>/dev/null || true` }],
});

/** A daemon of the cluster, killed outright; its own supervisor may start it again. */
export const killDaemon = (on: Role, name: string): Script =>
  send(on, "KILL", `kill -9 ${name} on the ${on} node`, `pidof ${name}`);

const MEMORY_UNIT = "qvd-ha-drill-memory";

/** Another process takes all memory there is, again and again. The kernel chooses whom to kill. */
export const eatMemory = (on: Role, seconds: number): Script => ({
  kind: "script",
  on,
  says: `exhaust the memory of the ${on} node for ${seconds} s`,
  // tail keeps the last line, and this one never ends.
  script: `systemd-run --quiet --collect --unit=${MEMORY_UNIT} -p OOMPolicy=continue -p RuntimeMaxSec=${seconds} bash -c 'while :; do tail /dev/zero; done'`,
  undo: [{ kind: "script", on, script: `systemctl stop ${MEMORY_UNIT} 2>/dev/null || true` }],
});
