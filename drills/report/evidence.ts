import type { Fault } from "../faults/fault";
import type { Findings } from "./findings";
import { outcome, secs } from "./outcome";
import type { Outcome } from "./report";

// Whether enough was looked at to judge at all.

/** A ledger that ends so many seconds before it is stopped has left nothing out. */
const UNWRITTEN = 1;

/** Of a node of which less is known the invariants say nothing. */
const LEAST_SAMPLED = 0.5;

/** Invariants hold where they were looked at. */
export function sampled(fault: Fault, f: Findings): Outcome {
  const { blinds } = fault.expect;
  const nodes = [f.active, f.standby].map((node) => {
    const c = f.sampling[node] ?? { samples: 0, up: 0, sampled: 0, holes: [] };
    const share = c.up > 0 ? c.sampled / c.up : 0;
    const excused = blinds !== undefined && node === f[blinds];
    const holes = c.holes.map((h) => `, not for ${secs(h.seconds)}`).join("");
    return {
      came: `${node} ${Math.floor(share * 100)} %${holes}`,
      met: excused ? c.samples > 0 : c.holes.length === 0 && share >= LEAST_SAMPLED,
    };
  });
  const came = nodes.map((n) => n.came).join("; ");
  return outcome(
    "sampled while up",
    "every node, all along",
    came,
    nodes.every((n) => n.met),
  );
}

/** That nobody was fenced or promoted is known only where every log was read. */
export const evidence = (f: Findings): Outcome[] => [
  ...f.unread.map((why) => outcome("logs of the nodes", "read", why, false)),
  ...(f.unwritten > UNWRITTEN
    ? [outcome("the ledger writes", "to the end", `ended ${secs(f.unwritten)} before it`, false)]
    : []),
];
