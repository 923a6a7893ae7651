import { IDLE } from "@qvd-ha/providers/dist/pacemaker/controller";
import { closeAll, raw, run } from "@qvd-ha/providers/dist/remote";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import type { Parts } from "./change";

export type Connections = Readonly<Record<string, Connection>>;

const LOG = "/var/log/pacemaker/pacemaker.log";
/** How far that has got, in bytes. */
export const SIZE = `stat -c %s ${LOG}`;
/** What it says of Pacemaker's doing from there on. */
export const doneAfter = (size: number): string =>
  `tail -c +${size + 1} ${LOG} | grep -aE 'Initiating .* operation|Requesting fencing|Actions:' || true`;

async function everywhere(connections: Connections, script: string): Promise<Map<string, string>> {
  const answers = await Promise.all(
    Object.entries(connections).map(async ([node, c]) => {
      const [a] = await run(c, [{ script: raw(script), timeoutSeconds: 180 }]);
      if (!a || a.code !== 0) throw new Error(`${node}: ${a?.stderr}`);
      return [node, a.stdout] as const;
    }),
  );
  return new Map(answers);
}

/** Where the database runs, and where not. */
export async function partsOf(connections: Connections): Promise<Parts> {
  const [node, c] = Object.entries(connections)[0] as [string, Connection];
  const said = (await everywhere({ [node]: c }, "crm_resource --locate --resource p_postgres 2>&1")).get(node) ?? "";
  const active = /is running on: (\S+)/.exec(said)?.[1];
  const passive = Object.keys(connections).find((n) => n !== active);
  if (active === undefined || passive === undefined) throw new Error(`the database runs nowhere: ${said}`);
  return { ACTIVE: active, PASSIVE: passive };
}

/** How far Pacemaker's log has got, by node. */
export type Mark = ReadonlyMap<string, number>;

export async function mark(connections: Connections): Promise<Mark> {
  const sizes = await everywhere(connections, SIZE);
  return new Map([...sizes].map(([node, text]) => [node, Number(text)]));
}

/** What Pacemaker has logged of its doing since, on all nodes: only the one that coordinates says any of it. */
export async function since(connections: Connections, from: Mark): Promise<string> {
  const logs = await Promise.all(
    Object.entries(connections).map(([node, c]) => everywhere({ [node]: c }, doneAfter(from.get(node) ?? 0))),
  );
  return logs.flatMap((m) => [...m.values()]).join("");
}

/** Until the cluster has had nothing to do for a while: longer than ping's dampening, after which a changed attribute would count. */
export async function settled(connections: Connections, quietSeconds = 8): Promise<void> {
  const [node, c] = Object.entries(connections)[0] as [string, Connection];
  await everywhere(
    { [node]: c },
    `${IDLE.text}
quiet=0
for ((i = 0; i < 120; i++)); do
  if idle; then quiet=$((quiet + 1)); else quiet=0; fi
  if ((quiet * 2 >= ${quietSeconds})); then exit 0; fi
  sleep 1
done
echo "the cluster does not come to rest" >&2; exit 1`,
  );
}

export { closeAll };
