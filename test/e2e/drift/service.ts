import { IDLE } from "@qvd-ha/providers/dist/pacemaker/controller";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { onNodes } from "../support/stack";

export type Nodes = Record<string, Connection>;

const LOG = "/var/log/pacemaker/pacemaker.log";

/** What serves: the group, and DRBD beneath it. */
const SERVICE = ["p_fs_postgres", "p_ip_postgres", "p_postgres", "p_mailto", "p_drbd_postgres"];
const DONE = /Result of (start|stop|promote|demote) operation for (\S+) on (\S+):/;

/** A script of its own for each node, in one go. */
export async function onEach(nodes: Nodes, scripts: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const cases = Object.entries(scripts).map(([node, script]) => `${node})\n${script}\n;;`);
  const said = await onNodes(nodes, ["case $(uname -n) in", ...cases, "esac"].join("\n"));
  return Object.fromEntries(Object.entries(said).map(([node, a]) => [node, a.stdout]));
}

const same = (nodes: Nodes, script: string): Record<string, string> =>
  Object.fromEntries(Object.keys(nodes).map((n) => [n, script]));

/** The service at one moment. */
export interface Moment {
  readonly active: string;
  readonly passive: string;
  /** When its server was started. */
  readonly since: string;
  /** Where each node's own log of Pacemaker ended. */
  readonly log: Readonly<Record<string, number>>;
}

/** Where the database runs, since when, and how far Pacemaker's log has come; once Pacemaker has nothing to do, or a while has passed. */
export async function moment(nodes: Nodes): Promise<Moment> {
  const said = await onEach(
    nodes,
    same(
      nodes,
      `${IDLE.text}
for i in $(seq 60); do idle && break; sleep 1; done
echo "log $(stat -c %s ${LOG})"
echo "active $(crm_resource --locate --resource p_postgres 2>/dev/null | sed -n 's/.*on: \\(\\S*\\).*/\\1/p')"
cd /; echo "since $(runuser -u postgres -- psql -XAtq -d postgres -c 'select pg_postmaster_start_time()' 2>/dev/null)"`,
    ),
  );
  const value = (node: string, key: string): string =>
    new RegExp(`^${key} (.+)$`, "m").exec(said[node] ?? "")?.[1]?.trim() ?? "";
  const names = Object.keys(nodes);
  const active = names.map((n) => value(n, "active")).find((n) => nodes[n]) ?? "";
  if (active === "") throw new Error(`the database runs nowhere: ${JSON.stringify(said)}`);
  const log = Object.fromEntries(names.map((n) => [n, Number(value(n, "log"))]));
  return { active, passive: names.find((n) => n !== active) as string, since: value(active, "since"), log };
}

/** What Pacemaker did to what serves since then, in its own words: `stop p_postgres on qvddb1`. DRBD that starts brings redundancy back, and nobody who is served notices. */
export async function actions(nodes: Nodes, since: Moment): Promise<string[]> {
  const tails = Object.entries(since.log).map(([node, size]) => [
    node,
    `tail -c +${size + 1} ${LOG} | grep -a 'Result of' || true`,
  ]);
  const said = await onEach(nodes, Object.fromEntries(tails) as Record<string, string>);
  return Object.values(said).flatMap((text) =>
    text.split("\n").flatMap((line) => {
      const [, operation, resource = "", where] = DONE.exec(line) ?? [];
      const id = resource.replace(/:\d+$/, "");
      const helps = id === "p_drbd_postgres" && operation === "start";
      return SERVICE.includes(id) && !helps ? [`${operation} ${id} on ${where}`] : [];
    }),
  );
}
