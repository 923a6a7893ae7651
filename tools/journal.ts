import { readFileSync } from "node:fs";
import type { Entry } from "@qvd-ha/providers/dist/driver/progress";

/** The round trips of a run, from the journal that the dynamic host wrote: `journal.ts FILE`. */
export function table(entries: readonly Entry[]): string {
  const rows = entries.map((e) => [
    `${e.kind} ${e.id}`,
    e.operation,
    `${e.seconds.toFixed(1)} s`,
    Object.entries(e.roundTrips)
      .map(([node, n]) => `${node} ${n}`)
      .join(", "),
    Object.entries(e.steps)
      .map(([node, n]) => `${node} ${n}`)
      .join(", ") || "none",
  ]);
  const sum = new Map<string, number>();
  for (const e of entries)
    for (const [node, n] of Object.entries(e.roundTrips)) sum.set(node, (sum.get(node) ?? 0) + n);
  rows.push(["in all", "", "", [...sum].map(([node, n]) => `${node} ${n}`).join(", "), ""]);
  const all = [["what", "operation", "time", "SSH round trips", "steps"], ...rows];
  const widths = (all[0] as string[]).map((_, i) => Math.max(...all.map((r) => (r[i] as string).length)));
  return all
    .map((r) =>
      r
        .map((c, i) => c.padEnd(widths[i] as number))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

if (require.main === module) {
  const text = readFileSync(process.argv[2] as string, "utf8").trim();
  if (text) console.log(table(text.split("\n").map((line) => JSON.parse(line) as Entry)));
}
