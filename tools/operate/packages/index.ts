import type { Sh } from "@qvd-ha/providers/dist/remote";
import { raw, sh } from "@qvd-ha/providers/dist/remote";
import type { Work } from "../work";
import { apt } from "./apt";
import { dnf } from "./dnf";
import type { Manager } from "./manager";
import { zypper } from "./zypper";

/** Long enough for a whole release's worth of packages on a slow machine. */
const SECONDS = 3600;
const LOCK = "packages";

/** In the order in which they are looked for: one of the others may be installed beside a distribution's own. */
const MANAGERS: readonly Manager[] = [apt, zypper, dnf];
const WHOLE_SYSTEM = raw("names=''");
/** Without a name it would be the whole system. */
const postgresOf = (m: Manager): Sh => sh`${m.postgres}
[ -n "$names" ] || { echo "no package of PostgreSQL is installed" >&2; exit 1; }`;

/** The server itself, among what an update puts in: `postgresql-15`, `postgresql-server`, `postgresql15-server`. */
const SERVER = /^postgresql(-\d+|\d*-server) /;
export const hasServer = (packages: readonly string[]): boolean => packages.some((p) => SERVER.test(p));

/** What was found on a node, as long as one verb is at work. */
const found = new WeakMap<Work, Map<string, Manager>>();

/** @throws Error where a node has none of them */
async function lookFor(w: Work, node: string): Promise<Manager> {
  const programs = MANAGERS.map((m) => m.program);
  const program = await w.must(
    node,
    sh`for p in ${programs}; do if command -v "$p" >/dev/null; then echo "$p"; exit 0; fi; done
echo "none of "${programs.join(", ")} >&2
exit 1`,
    "looking for its package manager",
  );
  return MANAGERS.find((m) => m.program === program.trim()) as Manager;
}

async function managerOf(w: Work, node: string): Promise<Manager> {
  const ofNodes = found.get(w) ?? new Map<string, Manager>();
  found.set(w, ofNodes);
  const known = ofNodes.get(node);
  if (known) return known;
  const m = await lookFor(w, node);
  ofNodes.set(node, m);
  return m;
}

async function ask(w: Work, node: string, of: (m: Manager) => Sh): Promise<string[]> {
  const m = await managerOf(w, node);
  const a = await w.hands.run(
    node,
    {
      script: sh`${of(m)}
${m.simulate}`,
      timeoutSeconds: SECONDS,
    },
    LOCK,
  );
  if (a.code !== 0) throw new Error(`${node}: ${(a.stderr || a.stdout).trim().slice(-600)}`);
  return m.parse(a.stdout);
}

async function put(w: Work, node: string, of: (m: Manager) => Sh): Promise<void> {
  const m = await managerOf(w, node);
  await w.must(
    node,
    sh`${of(m)}
${m.update}`,
    "the update",
    SECONDS,
    LOCK,
  );
}

/** What an update of the whole system would put in, by asking the repositories anew. */
export const due = (w: Work, node: string): Promise<string[]> => ask(w, node, () => WHOLE_SYSTEM);

/** The same of the server and what comes with it. */
export const duePostgres = (w: Work, node: string): Promise<string[]> => ask(w, node, postgresOf);

/** New packages may come with it; what could only be updated by taking another one away is kept as it is. */
export async function update(w: Work, node: string): Promise<void> {
  w.say(`${node}: updating packages`);
  await put(w, node, () => WHOLE_SYSTEM);
}

export async function updatePostgres(w: Work, node: string): Promise<void> {
  w.say(`${node}: updating PostgreSQL`);
  await put(w, node, postgresOf);
}

/** Whether packages were put in that count from the next boot on. */
export async function rebootRequired(w: Work, node: string): Promise<boolean> {
  const { bootDue } = await managerOf(w, node);
  return (await w.hands.run(node, { script: bootDue, timeoutSeconds: 300 })).code === 0;
}
