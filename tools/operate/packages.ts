import type { Answer, Sh } from "@qvd-ha/providers/dist/remote";
import { raw, sh } from "@qvd-ha/providers/dist/remote";
import type { Work } from "./work";

/** Long enough for a whole release's worth of packages on a slow machine. */
const SECONDS = 3600;
const LOCK = "packages";

/** Neither a question nor another's configuration file in the place of ours; waits while another apt is at work. */
const APT = raw(`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
apt() { apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"; }
command -v apt-get >/dev/null || { echo "packages are updated by apt alone so far; do it by hand, in standby" >&2; exit 1; }`);

const apt = (script: Sh): Sh => sh`${APT}
dpkg --configure -a >/dev/null
${script}`;

/** `Inst name [old] (new …)`, as a simulated run prints it. */
export const simulated = (stdout: string): string[] =>
  [...stdout.matchAll(/^Inst (\S+) (?:\[(\S+)\] )?\((\S+)/gm)].map(([, name, old, fresh]) =>
    old === undefined ? `${name} ${fresh}` : `${name} ${old} -> ${fresh}`,
  );

/** The server and what comes with it, of every version that is installed. */
const POSTGRES = raw(
  `names=$(dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' 'postgresql*' 'libpq5' 2>/dev/null | sed -n 's/^installed //p')`,
);

async function ask(w: Work, node: string, script: Sh): Promise<string[]> {
  const a: Answer = await w.hands.run(node, { script: apt(script), timeoutSeconds: SECONDS }, LOCK);
  if (a.code !== 0) throw new Error(`${node}: ${(a.stderr || a.stdout).trim().slice(-600)}`);
  return simulated(a.stdout);
}

/** What an update of the whole system would put in, by asking the repositories anew. */
export const due = (w: Work, node: string): Promise<string[]> =>
  ask(
    w,
    node,
    sh`apt update >/dev/null
apt --simulate --with-new-pkgs upgrade`,
  );

export const duePostgres = (w: Work, node: string): Promise<string[]> =>
  ask(
    w,
    node,
    sh`apt update >/dev/null
${POSTGRES}
apt --simulate --no-remove install --only-upgrade $names`,
  );

/** New packages may come with it; what could only be updated by taking another one away is kept as it is. */
export async function update(w: Work, node: string): Promise<void> {
  w.say(`${node}: updating packages`);
  await w.must(node, apt(sh`apt --yes --with-new-pkgs upgrade`), "the update", SECONDS, LOCK);
}

export async function updatePostgres(w: Work, node: string): Promise<void> {
  w.say(`${node}: updating PostgreSQL`);
  await w.must(
    node,
    apt(sh`${POSTGRES}
apt --yes --no-remove install --only-upgrade $names`),
    "the update",
    SECONDS,
    LOCK,
  );
}

/** Whether packages were put in that count from the next boot on. */
export async function rebootRequired(w: Work, node: string): Promise<boolean> {
  return (await w.hands.run(node, { script: sh`[ -e /run/reboot-required ]` })).code === 0;
}
