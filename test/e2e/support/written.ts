import type { Connection } from "@qvd-ha/providers/dist/remote";
import { onNodes } from "./stack";

/** Files of the root file system that changed since the mark, by inode change time. Memory and the replicated disk are other file systems. */
const CHANGED = `find / -xdev -newercm /run/qvd-ha-mark \\( -type f -o -type l -o -type d \\) -not -path '/var/log/*' -not -path '/tmp*' -print 2>/dev/null | sort`;

/** What a machine writes by itself at times: the clock's drift, the journal's own directory, timers' stamps, what the scheduler looked at when it last did. */
const OWN = /^\/var\/lib\/(chrony|systemd|pacemaker\/pengine)(\/|$)/;

type Connections = Record<string, Connection>;

/** From here on `written` counts. */
export const mark = (connections: Connections): Promise<unknown> => onNodes(connections, "touch /run/qvd-ha-mark");

/** By node, what was written since the mark. */
export async function written(connections: Connections): Promise<Record<string, string[]>> {
  const answers = await onNodes(connections, CHANGED);
  return Object.fromEntries(
    Object.entries(answers).map(([node, a]) => [node, a.stdout.split("\n").filter((f) => f !== "" && !OWN.test(f))]),
  );
}
