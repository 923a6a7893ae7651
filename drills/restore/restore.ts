import { raw, run } from "@qvd-ha/providers/dist/remote";
import type { Undo } from "../actions/action";
import type { Field } from "../actions/field";
import type { PowerVerb } from "../actions/action";
import { isAlready } from "../actions/already";
import type { Debt, RestoreJournal } from "./journal";

/** How long a node may take to answer; it may be booting. */
const PATIENCE_SECONDS = 240;

export const debtsOf = (undo: readonly Undo[], f: Field): Debt[] =>
  undo.flatMap((u) =>
    f.nodes(u.on).map((node) => ({
      kind: u.kind,
      node,
      what: u.kind === "power" ? u.verb : u.script,
      ...(u.kind === "script" && u.timeoutSeconds ? { timeoutSeconds: u.timeoutSeconds } : {}),
    })),
  );

/** Whether the node had to be switched on. */
async function power(d: Debt, f: Field): Promise<boolean> {
  try {
    await f.switch(d.node).virsh(d.what as PowerVerb);
    return d.what === "start";
  } catch (e) {
    // virsh refuses what is so already, and that is what is wanted. Any other error leaves the node as it is.
    if (isAlready(d.what as PowerVerb, (e as Error).message)) return false;
    throw new Error(`${d.node}: virsh ${d.what}: ${(e as Error).message}`);
  }
}

async function pay(d: Debt, f: Field): Promise<void> {
  if (d.kind === "hypervisor") return f.switch(d.node).script(d.what);
  const command = { script: raw(d.what), timeoutSeconds: d.timeoutSeconds ?? 30 };
  const [answer] = await run(f.connection(d.node), [command], { patienceSeconds: PATIENCE_SECONDS });
  if (answer?.code !== 0) throw new Error(`${d.node}: ${answer?.stderr.trim() || `exit status ${answer?.code}`}`);
}

export interface Restored {
  /** What could not be taken back, and stays in the journal. */
  readonly failed: readonly string[];
  /** Nodes that were off. */
  readonly switchedOn: readonly string[];
}

/** Takes back everything that is open, each node's in order, the nodes at once. What cannot be taken back stays in the journal and is told. */
export async function restore(j: RestoreJournal, f: Field, progress: (text: string) => void): Promise<Restored> {
  const failed: string[] = [];
  const switchedOn: string[] = [];
  const nodes = [...new Set(j.open.map((d) => d.node))];
  const ofNode = async (node: string): Promise<void> => {
    // Power first: without it there is nobody to run a script.
    const debts = j.open.filter((d) => d.node === node);
    for (const d of [...debts.filter((x) => x.kind !== "script"), ...debts.filter((x) => x.kind === "script")]) {
      try {
        if (d.kind !== "power") await pay(d, f);
        else if (await power(d, f)) switchedOn.push(node);
        j.paid(d);
      } catch (e) {
        failed.push(`not restored: ${(e as Error).message}`);
        progress(failed.at(-1) as string);
      }
    }
  };
  await Promise.all(nodes.map(ofNode));
  return { failed, switchedOn };
}
