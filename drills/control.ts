import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment } from "../tools/status/deployment";
import { Ledger } from "./ledger";
import type { Verdict } from "./ledger/check";
import { check } from "./ledger/check";
import { createTable, dropTable, readTable } from "./ledger/table";
import type { DrillOptions } from "./options";
import { targetOf } from "./options";

const SECONDS = 15;
const EVERY = 10;

/** The negative control: clients that note a write as acknowledged before it is committed. A checker that finds nothing lost is broken. */
export async function negativeControl(d: Deployment, o: DrillOptions): Promise<Verdict> {
  const target = targetOf(d);
  await createTable(target);
  try {
    const ledger = await Ledger.start({ ...o, target, secondsLimit: SECONDS * 2, dishonestEvery: EVERY });
    await sleep(SECONDS * 1000, undefined, { signal: o.signal }).catch(() => undefined);
    const entries = await ledger.stop();
    return check(entries, await readTable(target));
  } finally {
    await dropTable(target);
  }
}
