import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { GivenStack } from "../support/given";
import type { Guests } from "../support/guests";
import { guestsIn, stateDirectory } from "../support/guests";
import { inLab, must, onNodes, ROOT, sh } from "../support/stack";
import { mark as markOf, written } from "../support/written";

export const STACK = "adoption-test";
const stack = new GivenStack(STACK);
export const CONFIG = stack.file;
export const WORK = join(ROOT, ".state", "adoption");

export const { pulumi } = stack;

/** Two guests that the HOWTO was done on by hand; in their directory are also the secrets that were chosen. */
export type HandMade = Guests;

/** Builds the cluster, or brings back one that was built before: `lab save howto`. */
export async function handMade(): Promise<HandMade> {
  mkdirSync(join(WORK, "backend"), { recursive: true });
  await must(". ./env.sh && tools/toolchain/bootstrap && lab/lab up");
  const state = await stateDirectory();
  const directory = join(state, "baseline");
  if ((await sh(". ./env.sh && lab/lab restore howto")).code !== 0) {
    await must(". ./env.sh && lab/baseline/guests down && lab/baseline/guests up");
    await must(inLab(`test/e2e/adoption/build.sh ${directory}`));
    await must(". ./env.sh && lab/lab save howto");
  }
  const made = guestsIn(directory);
  await settle(made);
  return made;
}

/** A guest that was kept lags behind by the time that it was away, and what was running then has timed out: until all that runs, runs again. */
const SETTLE = `date -u -s @NOW >/dev/null; chronyc -a makestep >/dev/null; chronyc waitsync 30 0.5 0 1 >/dev/null
[ "$(uname -n)" = qvddb1 ] || exit 0
attrd_updater -R; crm_resource --cleanup >/dev/null 2>&1
for _ in $(seq 90); do
  seen=$(crm_mon -1r)
  if grep -q 'p_postgres.*Started' <<<"$seen" && ! grep -qE 'Stopped|FAILED|OFFLINE' <<<"$seen"; then exit 0; fi
  sleep 3
done
echo "$seen" >&2; exit 1`;

async function settle(made: HandMade): Promise<void> {
  const answers = await onNodes(made.connections, SETTLE.replace("NOW", String(Math.floor(Date.now() / 1000))));
  for (const [node, a] of Object.entries(answers)) if (a.code !== 0) throw new Error(`${node}: ${a.stderr}`);
}

/** The guests go; with QVD_HA_E2E_KEEP what was built stays for the next run. */
export async function leave(): Promise<void> {
  await stack.forget();
  if (process.env.QVD_HA_E2E_KEEP)
    for (const node of ["qvddb1", "qvddb2"]) await sh(inLab(`virsh -q -c qemu:///system destroy ${node}`));
  else await sh(". ./env.sh && lab/lab down");
}

/** The text of a configuration file in this directory, with the keys that this lab's machines have. */
export const configured = (file: string, made: HandMade): string =>
  readFileSync(join(__dirname, file), "utf8")
    .replaceAll("HOSTKEY1", made.connections.qvddb1?.hostKey ?? "")
    .replaceAll("HOSTKEY2", made.connections.qvddb2?.hostKey ?? "")
    .replaceAll("ARIESKEY", made.aries);

/** A stack without a state, with these keys and the secrets that were chosen by hand. */
export const freshStack = (config: string, { directory }: HandMade): Promise<void> =>
  stack.create(config, {
    sshPrivateKey: join(directory, "id_ed25519"),
    databasePassword: join(directory, "password"),
    drbdSecret: join(directory, "drbd_secret"),
    corosyncKey: join(directory, "authkey"),
  });

/** What makes the cluster the one that it is, and what runs in it; one line each. The changing parts of a state are not in it. */
const IDENTITY = `sha256sum /etc/corosync/authkey /root/.ssh/id_ed25519 /etc/ssh/ssh_host_ed25519_key /root/.pgpass
drbdadm get-gi postgres | head -n 1 | cut -d: -f1
if mountpoint -q /var/lib/pgsql/data; then
  blkid -s UUID -o value /dev/drbd0
  /usr/lib/postgresql/15/bin/pg_controldata /var/lib/pgsql/data | grep 'system identifier'
  sed -n '1p;3p' /var/lib/pgsql/data/postmaster.pid
  ls -di /var/lib/pgsql/data/PG_VERSION /var/lib/pgsql/data/base
fi
systemctl show -p MainPID --value corosync pacemaker
cat /proc/sys/kernel/random/boot_id`;

export async function identity(made: HandMade): Promise<Record<string, string>> {
  const answers = await onNodes(made.connections, IDENTITY);
  return Object.fromEntries(Object.entries(answers).map(([node, a]) => [node, a.stdout]));
}

export const mark = (made: HandMade): Promise<unknown> => markOf(made.connections);
export const changed = (made: HandMade): Promise<Record<string, string[]>> => written(made.connections);

/** Version of the cluster's configuration: what any write to it raises. */
export async function epoch(made: HandMade): Promise<string> {
  const script = `cibadmin --query | sed -n 's/^<cib .* epoch="\\([0-9]*\\)" .*admin_epoch="\\([0-9]*\\)".*/\\2.\\1/p'`;
  return (await onNodes({ qvddb1: made.connections.qvddb1 as Connection }, script)).qvddb1?.stdout.trim() ?? "";
}
