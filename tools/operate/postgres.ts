import { sh } from "@qvd-ha/providers/dist/remote";
import { problems } from "../status/health";
import { layout } from "../status/ids";
import { activeNode, view } from "../status/read";
import { duePostgres, updatePostgres } from "./packages";
import { move, objections, switchOver } from "./switchOver";
import type { Work } from "./work";

const MAJOR = /^(\d+)/;

/** Version of the programs that the next start would take, and of the server that runs; empty where there is none. */
async function versions(w: Work, node: string, server: string): Promise<{ installed: string; running: string }> {
  const a = await w.hands.run(node, {
    script: sh`pgctl=$(crm_resource --resource ${server} --get-parameter pgctl 2>/dev/null)
bin=$(dirname "$pgctl")
echo "installed $("$bin/postgres" --version | sed 's/^postgres (PostgreSQL) \([^ ]*\).*/\1/')"
pid=$(pgrep -o -x 'postgres|postmaster' || true)
if [ -n "$pid" ]; then
  cd /
  socket=$(sed -n 5p "/proc/$pid/cwd/postmaster.pid") port=$(sed -n 4p "/proc/$pid/cwd/postmaster.pid")
  echo "running $(PGHOST=$socket runuser -u "$(stat -c %U "/proc/$pid")" -- "$bin/psql" -XAtqw -p "$port" -d postgres -c 'show server_version' | sed 's/ .*//')"
fi`,
  });
  if (a.code !== 0) throw new Error(`${node}: ${a.stderr.trim().slice(-400)}`);
  const value = (key: string): string => new RegExp(`^${key} (\\S+)$`, "m").exec(a.stdout)?.[1] ?? "";
  return { installed: value("installed"), running: value("running") };
}

/**
 * A new minor version of PostgreSQL with one interruption: the passive node's programs first, then the service moves there, then the other one's. How far it has come the versions
 * themselves tell, so an interrupted run is simply repeated.
 */
export async function updatePostgresRolling(w: Work): Promise<void> {
  const s = await w.look();
  const active = activeNode(s);
  w.refuse([...problems(s).map((p) => p.what), ...(active === undefined ? ["no node runs the database"] : [])]);
  const server = layout(view(s)).postgres;
  const passive = w.hands.nodes.find((n) => n !== active) as string;
  const pending = {
    [passive]: await duePostgres(w, passive),
    [active as string]: await duePostgres(w, active as string),
  };
  for (const [node, list] of Object.entries(pending)) w.say(`${node}: ${list.join(", ") || "up to date"}`);
  const now = await versions(w, active as string, server);
  const behind = now.running !== now.installed;
  if (Object.values(pending).every((l) => l.length === 0) && !behind) return w.say("nothing to do");
  w.refuse(objections(s, passive));
  await w.agree(move(layout(view(s)).group, passive));
  if ((pending[passive] ?? []).length > 0) await updatePostgres(w, passive);
  const fresh = await versions(w, passive, server);
  const [from, to] = [now.running, fresh.installed].map((v) => MAJOR.exec(v)?.[1]);
  w.refuse(
    from === to
      ? []
      : [
          `the server runs as ${now.running} and ${fresh.installed} is installed on ${passive}: that is no minor update`,
        ],
  );
  if (now.running !== fresh.installed) {
    await switchOver(w, passive, true);
    const after = await versions(w, passive, server);
    if (after.running !== fresh.installed)
      throw new Error(`${passive} runs ${after.running || "nothing"} instead of ${fresh.installed}: make doctor`);
  }
  if ((pending[active as string] ?? []).length > 0) await updatePostgres(w, active as string);
  w.say(`PostgreSQL ${fresh.installed} on both nodes`);
}
