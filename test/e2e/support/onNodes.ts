import { readFileSync } from "node:fs";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { closeAll, raw, run } from "@qvd-ha/providers/dist/remote";

// Runs in the lab's network, where jest itself is not: { connections, script, stdin, timeoutSeconds } on stdin, the answers by node on stdout.
async function main(): Promise<void> {
  const {
    connections,
    script,
    stdin,
    timeoutSeconds = 300,
  } = JSON.parse(readFileSync(0, "utf8")) as {
    connections: Record<string, Connection>;
    script: string;
    stdin?: string;
    timeoutSeconds?: number;
  };
  const entries = Object.entries(connections);
  const answers = await Promise.all(
    entries.map(([, c]) =>
      run(c, [{ script: raw(script), timeoutSeconds, ...(stdin === undefined ? {} : { stdin }) }]),
    ),
  );
  console.log(JSON.stringify(Object.fromEntries(entries.map(([node], i) => [node, answers[i]?.[0]]))));
  closeAll();
}

void main();
