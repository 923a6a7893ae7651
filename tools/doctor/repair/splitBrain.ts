import { setTimeout as sleep } from "node:timers/promises";
import { run, sh } from "@qvd-ha/providers/dist/remote";
import { ask } from "../../cli/ask";
import { Refused } from "../../cli/stack";
import type { Deployment } from "../../status/deployment";
import { connectionOf } from "../../status/deployment";
import { redundant } from "../../status/drbd";
import { readStatus } from "../../status/read";
import type { Look } from "../look";
import { look } from "../look";
import type { Reading } from "../reading";
import { readCluster } from "../reading";
import { parted } from "../rules/splitBrain";

const WAIT_SECONDS = 1800;
const EVERY_MS = 5_000;

const mib = (bytes: number | undefined): string =>
  bytes === undefined ? "unknown" : `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** What would be lost with a node's writes. */
function lossLines(l: Look, node: string): string[] {
  const history = l.details(node).history;
  const d = l.report(node)?.drbd;
  return [
    `${node}: ${d?.role ?? "unknown"}, disk ${d?.disk ?? "unknown"}, ${node === l.active ? "serves the database" : "does not serve"}`,
    `  generation of its data     ${history?.generation ?? "unknown"}`,
    `  written since they parted  ${mib(history?.outOfSyncBytes)}, which the other node does not have`,
    ...(history?.parted ? [`  parted                     ${history.parted}`] : []),
    ...(history?.lastWrite ? [`  last write                 ${history.lastWrite}`] : []),
    `  as the victim              all of that is overwritten with the other node's data, for good`,
  ];
}

/** Both sides, with what either would lose. Names no favourite: that is a person's to say. */
export const choices = (l: Look): string => l.r.nodes.flatMap((n) => lossLines(l, n)).join("\n");

/** Why that node cannot be the victim as things are; undefined when it can. */
export function objection(l: Look, victim: string): string | undefined {
  if (!l.r.nodes.includes(victim)) return `"${victim}" is no node: it must be one of ${l.r.nodes.join(", ")}`;
  if (l.report(l.peer(victim))?.drbd === undefined)
    return `DRBD is down on ${l.peer(victim)}: its data must be at hand`;
  const d = l.report(victim)?.drbd;
  if (!d) return `DRBD is down on ${victim}: bring it up first (${l.make("online", { NODE: victim })})`;
  if (d.role === "Primary" || victim === l.active)
    return `${victim} serves: take the service from it first, so that nothing more is written there (${l.make("standby", { NODE: victim })}, then ${l.make("online", { NODE: victim })}), and look again`;
  return undefined;
}

const generations = (r: Reading): string =>
  r.nodes.map((n) => `${n} ${r.details[n]?.details.history?.generation ?? "unknown"}`).join(", ");

async function must(d: Deployment, node: string, command: ReturnType<typeof sh>): Promise<void> {
  const [answer] = await run(connectionOf(d, node), [{ script: command, timeoutSeconds: 60 }], {
    lock: `drbd ${d.drbdResource}`,
  });
  if (answer?.code !== 0) throw new Error(`${node}: ${command.text}: ${answer?.stderr.trim() || "it failed"}`);
}

/**
 * Throws away one node's writes since the split, after a person has named it. Interrupted, it is repeated: what is connected already is not touched again.
 * @param given the victim's name, as a person has typed it on the command line; asked for where it is missing
 * @throws Refused where there is no split brain, or the name given cannot be the victim
 */
export async function repairSplitBrain(d: Deployment, reading: Reading, given: string | undefined): Promise<void> {
  const l = look(reading);
  if (l.reached.length < reading.nodes.length)
    throw new Refused("both nodes must answer: whose writes are lost is not known otherwise (make doctor)");
  if (!parted(l)) throw new Refused("there is no split brain: nothing was touched");
  console.error(choices(l));
  const victim =
    given ||
    (await ask(
      "Name the victim, whose writes are thrown away (nothing: end): ",
      `somebody has to name the victim: ${l.make("doctor", { REPAIR: "split-brain", VICTIM: "<node>" })}`,
    ));
  const why = victim === "" ? "nobody was named: nothing was touched" : objection(l, victim);
  if (why !== undefined) throw new Refused(why);
  const again = await readCluster(d, reading.stack);
  if (generations(again) !== generations(reading))
    throw new Refused(`the data has changed since it was shown (${generations(again)}): look again`);
  const other = l.peer(victim);
  const resource = d.drbdResource;
  console.error(`${victim}: its writes are thrown away`);
  await must(
    d,
    victim,
    sh`case $(drbdadm cstate ${resource}) in StandAlone) ;; *) drbdadm disconnect ${resource} ;; esac
drbdadm connect --discard-my-data ${resource}`,
  );
  await must(d, other, sh`case $(drbdadm cstate ${resource}) in StandAlone) drbdadm connect ${resource} ;; esac`);
  await untilSame(d);
  console.log("both nodes have the same data again");
}

async function untilSame(d: Deployment): Promise<void> {
  const deadline = Date.now() + WAIT_SECONDS * 1000;
  for (;;) {
    const status = await readStatus(d);
    const all = d.nodes.map((n) => {
      const s = status.nodes[n];
      return s?.reachable ? s.drbd : undefined;
    });
    if (all.every((x) => x !== undefined && redundant(x))) return;
    const told = all.map(
      (x, i) => `${d.nodes[i]} ${x ? `${x.connection} ${x.disk}${x.progress ? ` ${x.progress} %` : ""}` : "?"}`,
    );
    console.error(told.join(", "));
    if (Date.now() > deadline)
      throw new Error(`not the same after ${WAIT_SECONDS} s (${told.join(", ")}): it may still go on, see make status`);
    await sleep(EVERY_MS);
  }
}
