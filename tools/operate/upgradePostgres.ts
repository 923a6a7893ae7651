import type { Upgrade, UpgradeState } from "@qvd-ha/providers/dist/postgres/upgrade";
import {
  afterScript,
  backScript,
  checkScript,
  clearScript,
  forgetScript,
  keptDirectory,
  parseState,
  stateScript,
  upgradeScript,
} from "@qvd-ha/providers/dist/postgres/upgrade";
import type { Sh } from "@qvd-ha/providers/dist/remote";
import { lines, sh } from "@qvd-ha/providers/dist/remote";
import { Refused } from "../cli/stack";
import { nodesOf } from "../status/crmMon";
import { problems } from "../status/health";
import { layout } from "../status/ids";
import type { Status } from "../status/read";
import { view } from "../status/read";
import { maintenanceOff, maintenanceOn } from "./maintenance";
import { marksOf, note, takeBack } from "./marks";
import { serves } from "./needs";
import { startService, stop, stopped } from "./service";
import type { Work } from "./work";

/** Long enough for a copy of all data. */
const HOURS = 3600;
const LOCK = "postgres-upgrade";
const BACKUP = "/usr/local/lib/qvd-ha/backup";
/** The job of `maintenance.pitr`. */
const PITR = "/usr/local/lib/qvd-ha/pitr";
const PITR_SERVICE = "qvd-ha-pitr.service";

const MODES = ["copy", "clone", "link"] as const;
export type Mode = (typeof MODES)[number];

/** Where the data is mounted, and what the cluster says of the server. */
interface Place {
  readonly node: string;
  readonly server: string;
  readonly bin: string;
  readonly dataDirectory: string;
  readonly osUser: string;
  readonly state: UpgradeState;
}

async function place(w: Work, s: Status): Promise<Place> {
  const v = view(s);
  const ids = layout(v);
  const [node] = v ? nodesOf(v, ids.fileSystem) : [];
  if (node === undefined)
    throw new Refused("the file system of the data is mounted nowhere (make doctor): nothing was touched");
  const asked = ["pgctl", "pgdata", "pgdba"];
  const parameters = await w.must(
    node,
    sh`for p in ${asked}; do crm_resource --resource ${ids.postgres} --get-parameter "$p" || exit 1; done`,
    `asking for the parameters of ${ids.postgres}`,
  );
  const [pgctl = "", dataDirectory = "", osUser = ""] = parameters.split("\n").map((line) => line.trim());
  const state = parseState(await w.must(node, stateScript(dataDirectory), "reading what stands on the disk"));
  return { node, server: ids.postgres, bin: pgctl.replace(/\/pg_ctl$/, ""), dataDirectory, osUser, state };
}

/** The programs of another version lie beside, in a directory with its number. @throws Refused where the distribution has one version alone */
function binOf(bin: string, from: string, to: string): string {
  const other = bin.replace(`/${from}/`, `/${to}/`);
  if (other === bin)
    throw new Refused(
      `${bin} has no version in its name: two versions beside each other are Debian's and Ubuntu's alone so far. Nothing was touched`,
    );
  return other;
}

const VERSION = /^\d+$/;

/** What is noted on the first node: `15:17:copy`. */
interface Job {
  readonly what: "upgrade" | "back";
  readonly from: string;
  readonly to: string;
  readonly mode: Mode;
}

const VERBS = { upgrade: "upgrade-postgres", back: "upgrade-back" } as const;

async function begunOf(w: Work, what: Job["what"]): Promise<Job | undefined> {
  const [noted] = (await marksOf(w, VERBS[what])).values();
  if (!noted) return undefined;
  const [from = "", to = "", mode = "copy"] = noted;
  return { what, from, to, mode: mode as Mode };
}

const upgradeOf = (p: Place, m: Job, bins: { from: string; to: string }): Upgrade => ({
  dataDirectory: p.dataDirectory,
  osUser: p.osUser,
  from: m.from,
  to: m.to,
  fromBin: bins.from,
  toBin: bins.to,
  mode: m.mode,
});

/** Programs of both versions, on both nodes: after the exchange either may have to serve. */
async function missing(w: Work, bins: readonly string[]): Promise<string[]> {
  const all = await Promise.all(
    w.hands.nodes.map(async (node) => {
      const { stdout } = await w.hands.run(node, {
        script: sh`for d in ${bins}; do for f in postgres pg_ctl psql pg_upgrade initdb vacuumdb; do [ -x "$d/$f" ] || echo "$d/$f"; done; done`,
      });
      return stdout
        .split("\n")
        .filter(Boolean)
        .map((f) => `${node} has no ${f}: install that version's packages`);
    }),
  );
  return all.flat();
}

/** The cluster's configuration names the programs of that version. No server runs meanwhile, so nothing happens. */
async function name(w: Work, p: Place, bin: string): Promise<void> {
  const set = (key: string, value: string): Sh =>
    sh`crm_resource --resource ${p.server} --set-parameter ${key} --parameter-value ${value}`;
  await w.must(
    await w.spokesman(),
    lines(set("pgctl", `${bin}/pg_ctl`), set("psql", `${bin}/psql`)),
    "naming the programs of the new version",
  );
}

/**
 * What both directions are made of: the server is stopped through the cluster, which then leaves everything alone; the data changes places; the cluster learns the programs and starts the
 * server. Each part looks whether it is done already.
 */
async function exchange(
  w: Work,
  m: Job,
  bins: { from: string; to: string },
  script: (u: Upgrade) => Sh,
  done: RegExp,
): Promise<Place> {
  let p = await place(w, await w.look());
  // What was noted is cleared away at the end, and the run may have been killed just then.
  const cleared = p.state.stage === "" && p.state.version === m.to;
  if (!done.test(p.state.stage) && !cleared) {
    const s = await w.look();
    if (!stopped(s).includes(p.server) && view(s)?.maintenance !== true) await w.apply(stop(p.server));
    await w.until("stopped", w.hands.boundSeconds, (now) => {
      const v = view(now);
      return (v ? nodesOf(v, p.server) : []).map((n) => `${p.server} runs on ${n}`);
    });
    await maintenanceOn(w);
    p = await place(w, await w.look());
    w.say(`${p.node}: PostgreSQL ${m.from} -> ${m.to}`);
    try {
      await w.must(p.node, script(upgradeOf(p, m, bins)), VERBS[m.what], 24 * HOURS, LOCK);
    } catch (e) {
      const now = await place(w, await w.look());
      if (now.state.version === m.from && now.state.stage === "checked") await giveBack(w, now, m.what);
      throw e;
    }
  }
  await name(w, p, bins.to);
  await maintenanceOff(w);
  if (stopped(await w.look()).length > 0) await startService(w);
  const s = await w.look();
  if (serves(s) === undefined)
    throw new Error(
      `PostgreSQL ${m.to} does not serve (make doctor)${m.what === "upgrade" && m.mode !== "link" ? `. The way back: make upgrade-back LOSE=writes` : ""}`,
    );
  return place(w, s);
}

/** Nothing has changed on the disk: the service goes on as it was. */
async function giveBack(w: Work, p: Place, what: Job["what"]): Promise<void> {
  w.say("nothing was changed: the service goes on with the version that it had");
  await maintenanceOff(w);
  await startService(w);
  await w.must(p.node, clearScript(p), "clearing away");
  await forget(w, what);
}

/** Whether the server's log goes to a third host. */
const archives = async (w: Work, node: string): Promise<boolean> =>
  (await w.hands.run(node, { script: sh`[ -x ${PITR} ]` })).code === 0;

/** Another data directory, by its identity: until the third host is told, it takes no piece of the log. The next backup there is a full one by itself. */
async function tellArchive(w: Work, p: Place): Promise<void> {
  if (!(await archives(w, p.node))) return;
  w.say(`${p.node}: the third host of maintenance.pitr is told of PostgreSQL ${p.state.version}`);
  await w.must(
    p.node,
    sh`exec ${PITR} upgrade`,
    "stanza-upgrade (the service runs; repeat this verb when the third host is there)",
    HOURS,
  );
  await w.must(p.node, sh`systemctl start --no-block ${PITR_SERVICE}`, "beginning a full backup there");
}

const forget = async (w: Work, what: Job["what"]): Promise<void> => takeBack(w, (await marksOf(w, VERBS[what])).keys());

const noteJob = (w: Work, j: Job): Promise<void> =>
  note(w, VERBS[j.what], new Map([[w.hands.nodes[0] as string, [j.from, j.to, j.mode]]]));

/** What must be so before anything is begun; the dump is the last thing before the server stops. */
async function begin(
  w: Work,
  to: string | undefined,
  mode: string,
): Promise<{ job: Job; bins: { from: string; to: string } } | undefined> {
  const s = await w.look();
  w.refuse([
    ...(to !== undefined && VERSION.test(to) ? [] : [`TO is "${to ?? ""}": it must be a major version, as in TO=17`]),
    ...((MODES as readonly string[]).includes(mode)
      ? []
      : [`MODE is "${mode}": it must be one of ${MODES.join(", ")}`]),
  ]);
  const p = await place(w, s);
  const from = p.state.version;
  const target = to as string;
  if (from === target) {
    w.say(`the data is of PostgreSQL ${from} already: nothing to do`);
    return undefined;
  }
  w.refuse([
    ...(Number(from) < Number(target) ? [] : [`the data is of PostgreSQL ${from}: there is no way down to ${target}`]),
    ...problems(s).map((x) => x.what),
  ]);
  const bins = { from: p.bin, to: binOf(p.bin, from, target) };
  const backup = await w.hands.run(p.node, { script: sh`[ -x ${BACKUP} ]` });
  w.refuse([
    ...(await missing(w, [bins.from, bins.to])),
    ...(backup.code === 0 ? [] : ["there is no backup: switch on maintenance.backup, as a dump is made first"]),
  ]);
  const job: Job = { what: "upgrade", from, to: target, mode: mode as Mode };
  const u = upgradeOf(p, job, bins);
  w.say(`${p.node}: asking pg_upgrade of PostgreSQL ${target}`);
  const checked = await w.hands.run(p.node, { script: checkScript(u), timeoutSeconds: HOURS }, LOCK);
  if (checked.code !== 0) {
    await w.hands.run(p.node, { script: clearScript(u) });
    w.refuse([`pg_upgrade refuses: ${(checked.stderr || checked.stdout).trim().slice(-3000)}`]);
  }
  if (await archives(w, p.node))
    w.say(
      "afterwards the third host of maintenance.pitr is told of it, and gets a full backup; until then it takes no log",
    );
  if (job.mode === "link") w.say("MODE=link: there is no way back once the new server has started, but by the dump");
  try {
    await w.agree(stop(p.server));
  } catch (e) {
    await w.hands.run(p.node, { script: clearScript(u) });
    throw e;
  }
  w.say(`${p.node}: a dump first`);
  await w.must(p.node, sh`exec ${BACKUP}`, "the dump", 12 * HOURS);
  await noteJob(w, job);
  return { job, bins };
}

/**
 * A major version of PostgreSQL by pg_upgrade on the replicated disk. The old data stays beside until somebody throws it away by its version. Interrupted, it is repeated.
 * @param to major version whose programs both nodes have beside those that serve
 * @param mode `copy`, `clone` (as fast as XFS can share blocks) or `link` (no way back)
 */
export async function upgradePostgres(w: Work, to: string | undefined, mode = "copy"): Promise<void> {
  const begun = await begunOf(w, "upgrade");
  let todo: { job: Job; bins: { from: string; to: string } } | undefined;
  if (begun) {
    w.begin(`an interrupted upgrade from ${begun.from} to ${begun.to} would go on`);
    w.say(`an interrupted upgrade from ${begun.from} to ${begun.to} goes on`);
    const { bin } = await place(w, await w.look());
    // The cluster may name either version's programs by now.
    const old = bin.replace(`/${begun.to}/`, `/${begun.from}/`);
    todo = { job: begun, bins: { from: old, to: binOf(old, begun.from, begun.to) } };
  } else todo = await begin(w, to, mode);
  if (!todo) return;
  const { job, bins } = todo;
  const p = await exchange(w, job, bins, upgradeScript, /^exchanged/);
  w.say(`PostgreSQL ${job.to} serves; statistics are being made`);
  await w.must(p.node, afterScript(upgradeOf(p, job, bins)), "vacuumdb", 24 * HOURS, LOCK);
  await tellArchive(w, p);
  await forget(w, job.what);
  w.say(`PostgreSQL ${job.to} serves, with the statistics that it needs`);
  w.say(`in the stack's configuration: database.version: "${job.to}"; then make up`);
  if (job.mode !== "link") w.say(`the way back, without what is written from now on: make upgrade-back LOSE=writes`);
  w.say(
    `the old data stays in ${p.dataDirectory}/${keptDirectory(job.from)} until make upgrade-forget VERSION=${job.from}`,
  );
}

/** Back to the version before, with the data as it was then: whatever was written since is lost, and wants to be named. What is left is kept in its stead. */
export async function upgradeBack(w: Work, lose: string | undefined): Promise<void> {
  const begun = await begunOf(w, "back");
  let job = begun;
  const p = await place(w, await w.look());
  if (job) {
    w.begin(`an interrupted way back to ${job.to} would go on`);
    w.say(`an interrupted way back to ${job.to} goes on`);
  } else {
    const older = Object.entries(p.state.kept).filter(([v]) => Number(v) < Number(p.state.version));
    const [to, since] = older.sort(([a], [b]) => Number(b) - Number(a))[0] ?? [];
    if (to === undefined || since === undefined)
      return w.refuse([
        `no data of an older version is kept in ${p.dataDirectory}: there is no way back but a dump (make restore)`,
      ]);
    const moment = new Date(since * 1000).toISOString();
    w.say(`PostgreSQL ${p.state.version} -> ${to}: all that was written since ${moment} is lost`);
    w.refuse(await missing(w, [binOf(p.bin, p.state.version, to)]));
    await w.agree(stop(p.server));
    w.refuse(lose === "writes" ? [] : [`all that was written since ${moment} would be lost: say so with LOSE=writes`]);
    job = { what: "back", from: p.state.version, to, mode: "copy" };
    await noteJob(w, job);
  }
  const current = p.bin.replace(`/${job.to}/`, `/${job.from}/`);
  const now = await exchange(
    w,
    job,
    { from: current, to: binOf(current, job.from, job.to) },
    backScript,
    /^back-exchanged/,
  );
  await tellArchive(w, now);
  await w.must(now.node, clearScript(now), "clearing away");
  await forget(w, job.what);
  w.say(
    `PostgreSQL ${job.to} serves, as it was; what was left stays in ${now.dataDirectory}/${keptDirectory(job.from)}`,
  );
  w.say(`in the stack's configuration: database.version: "${job.to}"; then make up`);
}

/** Throws away data that an upgrade or a way back has kept, by its version. */
export async function upgradeForget(w: Work, version: string | undefined): Promise<void> {
  const p = await place(w, await w.look());
  const kept = Object.keys(p.state.kept);
  w.refuse(
    version !== undefined && kept.includes(version)
      ? []
      : [
          `VERSION is "${version ?? ""}": ${kept.length > 0 ? `it must be one of ${kept.join(", ")}` : "no data of another version is kept"}`,
        ],
  );
  w.refuse(
    (await marksOf(w, VERBS.upgrade)).size > 0
      ? [`make ${VERBS.upgrade} was interrupted, and its way back would be gone: repeat it first`]
      : [],
  );
  w.begin(`${p.dataDirectory}/${keptDirectory(version as string)} would be thrown away`);
  await w.must(p.node, forgetScript(p.dataDirectory, version as string), "throwing it away", HOURS, LOCK);
  w.say(`the data of PostgreSQL ${version} is thrown away`);
}
