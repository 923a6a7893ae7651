import { must, standing } from "./support/stack";
import { Cluster } from "./faults/cluster";
import { connection } from "./faults/connection";
import { diskFaults } from "./faults/disks";
import type { Fault } from "./faults/fault";
import { interruption } from "./faults/interruption";
import { machines } from "./faults/machines";
import { replacements } from "./faults/replacement";
import { secretFaults } from "./faults/secrets";

/**
 * What goes wrong with the tool, done to a running stack (D1 to D17 of the list of faults). Before and after each the cluster is healthy: a fault that leaves something
 * behind fails here, not later. Proves what it does on two guests; D6 and D16 have tests of their own.
 *
 * QVD_HA_E2E_FAULTS: `all`, or ids separated by commas; default: those that fit into every run, which are those that were seen to pass on guests.
 */
const ALL: readonly Fault[] = [
  ...interruption,
  ...connection,
  ...diskFaults,
  ...secretFaults,
  ...machines,
  ...replacements,
];
const CHOSEN = process.env.QVD_HA_E2E_FAULTS ?? "";
const ids = CHOSEN.split(",").map((id) => id.trim());
const chosen = ALL.filter((f) => (CHOSEN === "" ? f.everyRun : CHOSEN === "all" || ids.includes(f.id))).sort(
  (a, b) => Number(a.last ?? false) - Number(b.last ?? false),
);

describe("the tool", () => {
  let cluster: Cluster;

  beforeAll(async () => {
    standing();
    await must("tools/verbs/status");
    cluster = await Cluster.find();
  }, 15 * 60_000);

  chosen.forEach((fault) =>
    test(
      `${fault.id}: ${fault.must}`,
      async () => {
        await cluster.healthy(60);
        await fault.run(cluster);
        await cluster.healthy(120);
      },
      // A machine that does other work beside it takes three times as long.
      Math.max(15, 3 * fault.minutes) * 60_000,
    ),
  );
});
