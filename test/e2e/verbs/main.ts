import { closeAll } from "@qvd-ha/providers/dist/remote";
import { loadDeployment } from "../../../tools/status/deployment";
import { cases } from "./case";
import type { Result } from "./run";
import { printed, runCase } from "./run";

// make verbs-table: on the cluster that is up, in its network. VERBS chooses verbs; the argument is the file of the stack's outputs.
async function main(outputs: string): Promise<void> {
  const chosen = (process.env.VERBS ?? "").split(/[\s,]+/).filter(Boolean);
  const todo = cases.filter((c) => chosen.length === 0 || chosen.includes(c.verb));
  if (todo.length === 0) throw new Error(`VERBS: one of ${[...new Set(cases.map((c) => c.verb))].join(", ")}`);
  const d = await loadDeployment(outputs);
  const results: Result[] = [];
  for (const c of todo) {
    console.log(c.name);
    results.push(await runCase(d, c));
    console.log(printed(results.at(-1) as Result));
  }
  const good = results.filter((r) => r.faults.length === 0).length;
  console.log(["", ...results.map(printed), `${good} of ${results.length}`].join("\n"));
  process.exitCode = good === results.length ? 0 : 1;
}

main(process.argv[2] ?? "")
  .catch((e: Error) => {
    console.error(e.message);
    process.exitCode = 2;
  })
  .finally(closeAll);
