import { closeAll, run, sh } from "@qvd-ha/providers/dist/remote";
import type { Answer, Sh } from "@qvd-ha/providers/dist/remote";
import { Command } from "commander";
import type { Deployment } from "../status/deployment";
import { connectionOf, loadDeployment } from "../status/deployment";
import { askTerminal, refusal, wanted } from "./consent";

const HOURS = 3600;
/** Exit status of the scripts: there is no such dump on this node. */
const NO_SUCH = 66;
const REFUSED = 3;

/** A failure that needs no stack. */
class Failed extends Error {
  constructor(
    message: string,
    readonly status = 1,
  ) {
    super(message);
  }
}

async function on(d: Deployment, node: string, script: Sh, timeoutSeconds: number, stdin?: string): Promise<Answer> {
  const [answer] = await run(connectionOf(d, node), [
    { script, timeoutSeconds, ...(stdin === undefined ? {} : { stdin }) },
  ]);
  if (!answer) throw new Failed(`${node} gave no answer`);
  return answer;
}

const ROLE = (resource: string): Sh => sh`drbdadm role ${resource}`;

/** The node that has the database, asked now: it may be another than at the last deployment. */
async function active(d: Deployment): Promise<string> {
  const roles = await Promise.all(
    d.nodes.map(async (node) => {
      const said = await on(d, node, ROLE(d.drbdResource), 60).catch((e: Error) => ({ stdout: e.message }));
      return { node, role: said.stdout.trim() };
    }),
  );
  const found = roles.find((r) => r.role.startsWith("Primary"));
  if (found) return found.node;
  throw new Failed(`no node has the database: ${roles.map((r) => `${r.node}: ${r.role}`).join("; ")}`);
}

/** Runs one of the nodes' own scripts to its end and shows what it said. */
async function script(
  d: Deployment,
  node: string,
  name: string,
  args: readonly string[],
  part: string,
  stdin?: string,
): Promise<number> {
  const path = `/usr/local/lib/qvd-ha/${name}`;
  const said = await on(
    d,
    node,
    sh`[ -x ${path} ] || { echo ${`${path} is not there: switch on ${part} and run make up`} >&2; exit 78; }
exec ${path} ${args}`,
    12 * HOURS,
    stdin,
  );
  for (const text of [said.stdout, said.stderr])
    if (text.trim() !== "") console.log(text.trim().replace(/^/gm, `${node}: `));
  return said.code;
}

interface RestoreOptions {
  readonly time?: string;
  readonly file: string;
  readonly node?: string;
  readonly into: string;
  readonly consent?: string;
  readonly first: boolean;
}

/** The standby has time and disk for it; the node that serves needs neither be there. */
async function standby(d: Deployment): Promise<string> {
  const serving = await active(d).catch(() => undefined);
  return d.nodes.find((n) => n !== serving) ?? (d.nodes[0] as string);
}

const PITR = "maintenance.pitr";

/** What the tables held when a dump was made, from whichever node made it. */
async function rowsOf(d: Deployment, file: string): Promise<string> {
  const found = await Promise.all(
    d.nodes.map((node) =>
      on(d, node, sh`. /etc/qvd-ha/backup.conf && cat "$directory"/${file}.rows`, 60).catch(() => undefined),
    ),
  );
  const rows = found.find((a) => a?.code === 0);
  if (rows) return rows.stdout;
  throw new Failed(`no node has ${file}.rows, which says what the tables held`, NO_SUCH);
}

/** Name of a dump that was made of a point in time: no backup of its own, so none of those that come and go. */
const dumpOf = (d: Deployment, time: string): string => `${d.database}@${time.replace(/[^0-9a-z]+/gi, "")}.dump`;

/**
 * A point in time: beside the server, on the standby, looked at and thrown away, compared with a dump's rows where one is named. Into the database: as a dump of
 * it, made where the database is and put in as any dump is, so that what is there goes in one transaction or not at all.
 */
async function restoreTime(d: Deployment, time: string, o: RestoreOptions): Promise<number> {
  if (o.into === "scratch") {
    const rows = o.file === "latest" ? undefined : await rowsOf(d, o.file);
    const args = rows === undefined ? [time] : [time, "--rows", "-"];
    return script(d, o.node ?? (await standby(d)), "restore-time", args, PITR, rows);
  }
  const serving = await active(d);
  const why = await refusal(d, o.consent, process.stdin.isTTY ? askTerminal : undefined);
  if (why !== undefined) throw new Failed(why, REFUSED);
  const where = await on(d, serving, sh`. /etc/qvd-ha/backup.conf && echo "$directory"`, 60);
  if (where.code !== 0)
    throw new Failed("the way into the database is that of dumps: switch on maintenance.backup and run make up");
  const file = dumpOf(d, time);
  const code = await script(d, serving, "restore-time", [time, "--dump", `${where.stdout.trim()}/${file}`], PITR);
  if (code !== 0) throw new Failed(`restore-time ended with ${code}: nothing after it was done`);
  return restore(d, { ...o, file, consent: wanted(d) });
}

/** The active node first, as it has the newest; then the other, which has those of its own time. */
async function restore(d: Deployment, { time, ...o }: RestoreOptions): Promise<number> {
  if (time !== undefined && (o.into === "scratch" || o.into === "database")) return restoreTime(d, time, o);
  if (o.into !== "scratch" && o.into !== "database") throw new Failed(`INTO is scratch or database, not "${o.into}"`);
  const serving = await active(d).catch((e: Error) => {
    if (o.into === "database") throw e;
    return d.nodes[0] as string;
  });
  const nodes = o.node ? [o.node] : [serving, ...d.nodes.filter((n) => n !== serving)];
  if (o.into === "scratch") {
    for (const node of nodes) {
      const code = await script(d, node, "restore", ["scratch", o.file], "maintenance.backup");
      if (code !== NO_SUCH) return code;
    }
    return NO_SUCH;
  }
  const why = await refusal(d, o.consent, process.stdin.isTTY ? askTerminal : undefined);
  if (why !== undefined) throw new Failed(why, REFUSED);
  // "latest" must not become the dump that is made on the way.
  const named = await on(
    d,
    serving,
    sh`. /etc/qvd-ha/backup.conf; if [ ${o.file} = latest ]; then find "$directory" -maxdepth 1 -name "$database-*.dump" -printf '%f\n' | sort | tail -n 1; else echo ${o.file}; fi`,
    60,
  );
  const file = named.stdout.trim();
  if (file === "") throw new Failed(`there is no dump on ${serving}, which has the database: copy one there`);
  for (const [name, args] of [
    ["restore", ["scratch", file]],
    ...(o.first ? ([["backup", []]] as const) : []),
    ["restore", ["database", file]],
  ] as const) {
    const code = await script(d, serving, name, args, "maintenance.backup");
    if (code !== 0) throw new Failed(`${name} ${args.join(" ")} ended with ${code}: nothing after it was done`);
  }
  return 0;
}

const program = new Command("maintenance").description("What maintenance does by itself, now and by hand");
const outputs = ["--outputs <file>", "read the stack's outputs from a JSON file instead of pulumi"] as const;

function verb<O extends { outputs?: string }>(work: (d: Deployment, o: O) => Promise<number>): (o: O) => Promise<void> {
  return async (o) => {
    try {
      process.exitCode = await work(await loadDeployment(o.outputs), o);
    } finally {
      closeAll();
    }
  };
}

program
  .command("backup")
  .description("a dump of the database, now")
  .option(...outputs)
  .action(verb(async (d) => script(d, await active(d), "backup", [], "maintenance.backup")));
program
  .command("verify")
  .description("compare both disks, now; exit status 1 where blocks differ")
  .option(...outputs)
  .action(verb(async (d) => script(d, await active(d), "verify", [], "maintenance.verify")));
program
  .command("restore")
  .description("a dump into an instance of its own, compared and thrown away; or into the database itself")
  .option(...outputs)
  .option("--time <moment>", "a point in time, with its zone, or latest, instead of a dump")
  .option("--file <name>", "which dump; with --time: the dump whose rows it must have", "latest")
  .option("--node <name>", "where it lies; default: the active node, then the other")
  .option("--into <where>", "scratch or database", "scratch")
  .option("--consent <words>", "what has to be typed for the database itself: <database>@<address>")
  .option("--no-first", "into the database without a dump of what is there, because it cannot be dumped any more")
  .action(verb<RestoreOptions & { outputs?: string }>(restore));

program.parseAsync().catch((e: Error) => {
  console.error(e.message);
  process.exitCode = e instanceof Failed ? e.status : 2;
});
