import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment } from "../tools/status/deployment";
import { Ledger } from "./ledger";
import { check } from "./ledger/check";
import type { Entry, Row } from "./ledger/entry";
import { TOO_EARLY } from "./ledger/entry";
import { createTable, dropTable, readTable } from "./ledger/table";
import type { DrillOptions } from "./options";
import { targetOf } from "./options";

const SECONDS = 15;
const EVERY = 10;

/** What became of writes that were acknowledged too early, on purpose. */
export interface Control {
  readonly acknowledged: number;
  /** Of these, so many before they were committed. */
  readonly lies: number;
  /** Of the lies, so many were found lost. */
  readonly lost: number;
  /** Whether the checker found every lie, and nothing else. */
  readonly passed: boolean;
}

/** Counts the lies that were told, and those that the checker found. */
export function judge(entries: readonly Entry[], present: readonly Row[]): Control {
  const verdict = check(entries, present);
  const lies = entries.filter((e) => e.what === "ok" && e.why === TOO_EARLY);
  const found = lies.filter((l) => verdict.lost.some((r) => r.client === l.client && r.seq === l.seq)).length;
  const only = verdict.lost.length === found && verdict.phantom.length === 0;
  return {
    acknowledged: verdict.acknowledged,
    lies: lies.length,
    lost: found,
    passed: lies.length > 0 && found === lies.length && only,
  };
}

/** In words, for a screen. */
export const controlWords = (c: Control): string =>
  `${c.lies} of ${c.acknowledged} writes were acknowledged too early, on purpose: ${c.lost} of these were found lost`;

/**
 * The negative control: clients that note a write as acknowledged before it is committed. A checker that does not find each of them is broken; one that finds
 * another write lost has found a real loss.
 */
export async function negativeControl(d: Deployment, o: DrillOptions): Promise<Control> {
  const target = targetOf(d);
  await createTable(target);
  try {
    const ledger = await Ledger.start({ ...o, target, secondsLimit: SECONDS * 2, dishonestEvery: EVERY });
    await sleep(SECONDS * 1000, undefined, { signal: o.signal }).catch(() => undefined);
    const entries = await ledger.stop();
    return judge(entries, await readTable(target));
  } finally {
    await dropTable(target);
  }
}
