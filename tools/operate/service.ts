import { lines, sh } from "@qvd-ha/providers/dist/remote";
import { nodesOf } from "../status/crmMon";
import { layout } from "../status/ids";
import type { Status } from "../status/read";
import { view } from "../status/read";
import type { Change } from "./change";
import { managed, quorum, reasons, serves } from "./needs";
import type { Work } from "./work";

/** Whoever of these was told to stop keeps the service from running. */
function needed(s: Status): readonly string[] {
  const ids = layout(view(s));
  return [ids.postgres, ids.group, ids.fileSystem, ids.address, ids.drbdClone];
}

export const stop = (id: string): Change => ({
  says: `stop ${id}`,
  script: sh`crm_resource --resource ${id} --meta --set-parameter target-role --parameter-value Stopped`,
});

/** What was told to stop, of what the service needs. */
export const stopped = (s: Status): string[] => [
  ...new Set(
    Object.values(s.nodes).flatMap((r) =>
      r.reachable
        ? r.kept
            .filter((k) => k.what === "meta" && k.detail === "target-role=Stopped" && needed(s).includes(k.id))
            .map((k) => k.id)
        : [],
    ),
  ),
];

const running = (s: Status): string[] => {
  const v = view(s);
  return v ? nodesOf(v, layout(v).postgres, "Started") : [];
};

/**
 * Stops the database through the cluster, which keeps it stopped until `start`, over boots and failovers.
 * @param which `p_postgres`, the default: the server alone, its file system stays mounted and its address up; `g_postgres`: those as well
 */
export async function stopService(w: Work, which?: string): Promise<void> {
  const s = await w.look();
  const ids = layout(view(s));
  const part = which ?? ids.postgres;
  const names = [ids.postgres, ids.group];
  if (!names.includes(part)) w.refuse([`RESOURCE is "${part}": it must be one of ${names.join(", ")}`]);
  const parts = part === ids.group ? [ids.fileSystem, ids.address, ids.postgres] : [ids.postgres];
  const left = (now: Status): string[] => {
    const v = view(now);
    return parts.flatMap((id) => (v ? nodesOf(v, id) : []).map((n) => `${id} runs on ${n}`));
  };
  w.refuse(reasons(s, quorum, managed));
  if (stopped(s).includes(part)) {
    w.say(`${part} is told to stop already`);
  } else {
    await w.agree(stop(part));
    await w.apply(stop(part));
  }
  await w.until("stopped", w.hands.boundSeconds, left);
  w.say(`${part} is stopped, and stays so until make service-start`);
}

/** Takes back what keeps the service from running, and waits until it serves. */
export async function startService(w: Work): Promise<void> {
  const s = await w.look();
  const ids = stopped(s);
  if (ids.length === 0) {
    if (running(s).length > 0) return w.say("it runs already: nothing to do");
    w.refuse(["nothing was told to stop, and yet it does not run: make doctor says why"]);
  }
  w.refuse(reasons(s, quorum, managed));
  const start: Change = {
    says: `start ${ids.join(", ")}`,
    script: lines(...ids.map((id) => sh`crm_resource --resource ${id} --meta --delete-parameter target-role`)),
  };
  await w.agree(start);
  await w.apply(start);
  const now = await w.until("serving", w.hands.boundSeconds, (x) =>
    serves(x) === undefined
      ? ["no node serves", ...(view(x)?.failures ?? []).map((f) => `${f.resource}: ${f.reason || f.status}`)]
      : [],
  );
  w.say(`${serves(now)} serves`);
}
