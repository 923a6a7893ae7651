import type { Answer, Connection } from "@qvd-ha/providers/dist/remote";
import { onNodes } from "../support/stack";

const LOG = "/var/log/pacemaker/pacemaker.log";

/** What serves: the group, and DRBD beneath it. */
const SERVICE = ["p_fs_postgres", "p_ip_postgres", "p_postgres", "p_mailto", "p_drbd_postgres"];
const DONE = /Result of (start|stop|promote|demote|migrate_\w+) operation for (\S+) on (\S+): (.*?)(?: \||$)/;

/** A moment in Pacemaker's own log of every node. */
export type Mark = Readonly<Record<string, number>>;

type Nodes = Record<string, Connection>;
const each = async <T>(nodes: Nodes, script: string, of: (a: Answer) => T): Promise<Record<string, T>> =>
  Object.fromEntries(Object.entries(await onNodes(nodes, script)).map(([n, a]) => [n, of(a)]));

export const mark = (nodes: Nodes): Promise<Mark> => each(nodes, `stat -c %s ${LOG}`, (a) => Number(a.stdout.trim()));

/** What Pacemaker did to what serves since then, in its own words: `stop p_postgres on qvddb1`. */
export async function actions(nodes: Nodes, since: Mark): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(nodes).map(async ([node, c]) => {
      const script = `tail -c +${(since[node] as number) + 1} ${LOG} | grep -a 'Result of' || true`;
      const said = (await onNodes({ [node]: c }, script))[node]?.stdout ?? "";
      return said.split("\n").flatMap((line) => {
        const [, operation, resource = "", where] = DONE.exec(line) ?? [];
        const id = resource.replace(/:\d+$/, "");
        // DRBD that starts on the other node brings redundancy back; whoever is served does not notice.
        const helps = id === "p_drbd_postgres" && operation === "start";
        return SERVICE.includes(id) && !helps ? [`${operation} ${id} on ${where}`] : [];
      });
    }),
  );
  return found.flat();
}

/** Until Pacemaker has nothing to do, by its own word, or a while has passed. */
export const idle = (nodes: Nodes): Promise<unknown> =>
  onNodes(
    nodes,
    `for i in $(seq 60); do dc=$(crmadmin -D 2>/dev/null) || dc=; [[ -n $dc && $(crmadmin -S "\${dc##*: }" 2>/dev/null) == *S_IDLE* ]] && break; sleep 1; done`,
  );

/** Where the database runs, and since when its server does. */
export async function serving(nodes: Nodes): Promise<{ active: string; passive: string; since: string }> {
  const said = await each(
    nodes,
    `crm_resource --locate --resource p_postgres 2>/dev/null | sed -n 's/.*on: \\(\\S*\\).*/\\1/p'
cd /; runuser -u postgres -- psql -XAtq -d postgres -c 'select pg_postmaster_start_time()' 2>/dev/null || echo none`,
    (a) => a.stdout.trim().split("\n"),
  );
  const active = Object.values(said)[0]?.[0] ?? "";
  const passive = Object.keys(nodes).find((n) => n !== active) ?? "";
  if (!nodes[active]) throw new Error(`the database runs nowhere: ${JSON.stringify(said)}`);
  return { active, passive, since: said[active]?.[1] ?? "" };
}
