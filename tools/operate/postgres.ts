import { sh } from "@qvd-ha/providers/dist/remote";
import { problems } from "../status/health";
import { layout } from "../status/ids";
import { activeNode, view } from "../status/read";
import { duePostgres, hasServer, updatePostgres } from "./packages";
import { interrupted, move, objections, switchOver } from "./switchOver";
import type { Work } from "./work";

const MAJOR = /^(\d+)/;

interface Versions {
  /** Of the programs that the next start would take. */
  readonly installed: string;
  /** Of the server that runs; empty where there is none. */
  readonly running: string;
  /** Its program was replaced since it started, be it by one of the same version. */
  readonly replaced: boolean;
}

async function versions(w: Work, node: string, server: string): Promise<Versions> {
  const a = await w.hands.run(node, {
    script: sh`pgctl=$(crm_resource --resource ${server} --get-parameter pgctl 2>/dev/null)
bin=$(dirname "$pgctl")
echo "installed $("$bin/postgres" --version | sed 's/^postgres (PostgreSQL) \([^ ]*\).*/\1/')"
pid=$(pgrep -o -x 'postgres|postmaster' || true)
if [ -n "$pid" ]; then
  cd /
  socket=$(sed -n 5p "/proc/$pid/cwd/postmaster.pid") port=$(sed -n 4p "/proc/$pid/cwd/postmaster.pid")
  echo "running $(PGHOST=$socket runuser -u "$(stat -c %U "/proc/$pid")" -- "$bin/psql" -XAtqw -p "$port" -d postgres -c 'show server_version' | sed 's/ .*//')"
  case $(readlink "/proc/$pid/exe") in *' (deleted)') echo "replaced yes" ;; esac
fi`,
  });
  if (a.code !== 0) throw new Error(`${node}: ${a.stderr.trim().slice(-400)}`);
  const value = (key: string): string => new RegExp(`^${key} (\\S+)$`, "m").exec(a.stdout)?.[1] ?? "";
  return { installed: value("installed"), running: value("running"), replaced: value("replaced") !== "" };
}

/**
 * A new minor version of PostgreSQL with one interruption: the passive node's programs first, then the service moves there, then the other one's. How far it has come the versions
 * themselves tell, so an interrupted run is simply repeated.
 */
export async function updatePostgresRolling(w: Work): Promise<void> {
  // What was agreed to then is ended first: as long as the preference stands, the cluster is not as it should be.
  if ((await interrupted(w, await w.look())) !== undefined) await switchOver(w, undefined, true);
  const s = await w.look();
  const active = activeNode(s);
  w.refuse([...problems(s).map((p) => p.what), ...(active === undefined ? ["no node runs the database"] : [])]);
  const server = layout(view(s)).postgres;
  const serving = active as string;
  const passive = w.hands.nodes.find((n) => n !== active) as string;
  const [toPassive, toServing] = [await duePostgres(w, passive), await duePostgres(w, serving)];
  w.say(`${passive}: ${toPassive.join(", ") || "up to date"}`);
  w.say(`${serving}: ${toServing.join(", ") || "up to date"}`);
  const now = await versions(w, serving, server);
  // What is built anew of the same version runs from the next start on as well.
  const moves = now.running !== now.installed || now.replaced || hasServer(toServing);
  if (toPassive.length + toServing.length === 0 && !moves) return w.say("nothing to do");
  if (moves) {
    w.refuse(objections(s, passive));
    await w.agree(move(layout(view(s)).group, passive));
  } else w.begin("nobody would notice");
  if (toPassive.length > 0) await updatePostgres(w, passive);
  const fresh = await versions(w, passive, server);
  const [from, to] = [now.running, fresh.installed].map((v) => MAJOR.exec(v)?.[1]);
  w.refuse(
    from === to
      ? []
      : [
          `the server runs as ${now.running} and ${fresh.installed} is installed on ${passive}: that is no minor update`,
        ],
  );
  if (moves) {
    await switchOver(w, passive, true);
    const after = await versions(w, passive, server);
    if (after.running !== fresh.installed)
      throw new Error(`${passive} runs ${after.running || "nothing"} instead of ${fresh.installed}: make doctor`);
  }
  if (toServing.length > 0) await updatePostgres(w, serving);
  w.say(`PostgreSQL ${fresh.installed} on both nodes`);
}
