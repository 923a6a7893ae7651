import { sh } from "../remote";
import type { Plan, Step } from "../step";
import { plan as planOf } from "../step";
import type { AgentsSeen } from "./read";
import { asWanted } from "./read";
import type { AgentName } from "./render";
import { TEXTS } from "./render";
import type { AgentsSpec } from "./spec";

const write = (node: string, name: AgentName): Step => ({
  node,
  reason: `install the agent ${name}`,
  command: {
    script: sh`f=${TEXTS[name].path}; mkdir -p "$(dirname "$f")"; cat >"$f.new"; chmod 755 "$f.new"; mv "$f.new" "$f"`,
    stdin: TEXTS[name].text,
  },
});

export const plan = (wanted: AgentsSpec, seen: AgentsSeen): Plan =>
  planOf(
    [
      Object.entries(seen).flatMap(([node, s]) =>
        wanted.agents.filter((n) => !asWanted(n, s[n])).map((n) => write(node, n)),
      ),
    ],
    "the agents are there",
  );

export function remove(spec: AgentsSpec, seen: AgentsSeen): Plan {
  const paths = spec.agents.map((n) => TEXTS[n].path);
  const has = (s: AgentsSeen[string]): boolean => spec.agents.some((n) => s[n] !== undefined);
  return planOf(
    [
      Object.entries(seen)
        .filter(([, s]) => has(s))
        .map(([node]) => ({ node, reason: "remove the agents of ours", command: { script: sh`rm -f ${paths}` } })),
    ],
    "no agent of ours is there",
  );
}
