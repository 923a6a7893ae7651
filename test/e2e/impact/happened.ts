/** What Pacemaker did to resources, from the log of its own controller, in the words in which a change is announced. */

interface Operation {
  readonly operation: string;
  readonly resource: string;
  readonly node: string;
}

/** As in "Initiating stop operation p_postgres_stop_0 locally on qvddb1". */
const INITIATED = /Initiating (\S+) operation (\S+?)(?::\d+)?_\1_\d+ (?:locally )?on (\S+)/;
const FENCED = /Requesting fencing \((\w+)\) of node (\S+)|Requesting fencing \((\w+)\) targeting node (\S+)/;

/** Neither changes what runs: a monitor only looks, a notification only tells. */
const QUIET = ["monitor", "notify", "cancel", "meta-data"];

export function operations(log: string): Operation[] {
  return log.split("\n").flatMap((line) => {
    const started = INITIATED.exec(line);
    if (started) {
      const [, operation = "", resource = "", node = ""] = started;
      return QUIET.includes(operation) ? [] : [{ operation, resource, node: node.replace(/[.,]$/, "") }];
    }
    const fenced = FENCED.exec(line);
    if (!fenced) return [];
    const node = fenced[2] ?? fenced[4] ?? "";
    return [{ operation: "fence", resource: node, node }];
  });
}

const times = (n: number): string => (n > 1 ? ` (${n} times)` : "");

/** What came of the operations on one resource, one line for what Pacemaker calls one action. */
function actionsOn(resource: string, all: readonly Operation[]): string[] {
  const count = (operation: string, node: string): number =>
    all.filter((o) => o.operation === operation && o.node === node).length;
  const nodes = [...new Set(all.map((o) => o.node))].sort();
  const lines: string[] = [];
  const stopped: string[] = [];
  const started: string[] = [];
  for (const node of nodes) {
    const [stops, starts, demotes, promotes] = ["stop", "start", "demote", "promote"].map((o) => count(o, node)) as [
      number,
      number,
      number,
      number,
    ];
    if (count("fence", node) > 0) lines.push(`Fence ${resource}`);
    if (stops > 0 && starts > 0) lines.push(`restart ${resource} on ${node}${times(Math.max(stops, starts))}`);
    else if (stops > 0) stopped.push(node);
    else if (starts > 0) started.push(node);
    if (stops === 0 && starts === 0 && demotes > 0 && promotes > 0)
      lines.push(`re-promote ${resource} on ${node}${times(Math.max(demotes, promotes))}`);
    else if (stops === 0 && demotes > 0) lines.push(`demote ${resource} on ${node}${times(demotes)}`);
    else if (starts === 0 && promotes > 0) lines.push(`promote ${resource} on ${node}${times(promotes)}`);
    else if (starts > 0 && stops === 0 && promotes > 0) lines.push(`promote ${resource} on ${node}${times(promotes)}`);
    // What the scheduler calls a reload is done by the agent's reload-agent.
    const reloads = count("reload", node) + count("reload-agent", node);
    if (reloads > 0) lines.push(`reload ${resource} on ${node}${times(reloads)}`);
  }
  // Of something that runs once: gone here, come there.
  if (stopped.length === 1 && started.length === 1) lines.push(`move ${resource} from ${stopped[0]} to ${started[0]}`);
  else {
    lines.push(...stopped.map((n) => `stop ${resource} on ${n}`));
    lines.push(...started.map((n) => `start ${resource} on ${n}`));
  }
  return lines;
}

/** Every action, in alphabetical order. */
export function happened(log: string): string[] {
  const all = operations(log);
  const resources = [...new Set(all.map((o) => o.resource))];
  return resources
    .flatMap((r) =>
      actionsOn(
        r,
        all.filter((o) => o.resource === r),
      ),
    )
    .sort();
}

/** What a preview printed, without the reasons, in alphabetical order; undefined where it does not speak of Pacemaker. */
export function announced(output: string): string[] {
  const lines = [...output.matchAll(/Pacemaker: (.*)$/gm)].map((m) => (m[1] as string).trim());
  const plain = lines
    .filter((l) => l !== "nothing to do")
    .map((l) => l.replace(/: .*$/, "").replace(/ \(blocked\)$/, ""));
  return [...new Set(plain)].map((l) => l.replace(/^Fence \(\w+\)/, "Fence")).sort();
}
