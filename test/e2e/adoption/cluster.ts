import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { inLab, must, onNodes, ROOT, sh } from "../support/stack";

export const STACK = "adoption-test";
export const CONFIG = join(ROOT, `Pulumi.${STACK}.yaml`);
export const WORK = join(ROOT, ".state", "adoption");

export const pulumi = (args: string): string => inLab(`pulumi ${args} --stack ${STACK} --non-interactive`);

/** Two guests that the HOWTO was done on by hand, and how a person reaches them. */
export interface HandMade {
  /** Private key, known_hosts, and the secrets that were chosen. */
  readonly directory: string;
  readonly connections: Record<string, Connection>;
  readonly aries: string;
}

async function stateDirectory(): Promise<string> {
  const { stateDirectory: directory } = JSON.parse(await must("lab/lab describe")) as { stateDirectory: string };
  return directory;
}

function describe(directory: string): HandMade {
  const lines = readFileSync(join(directory, "known_hosts"), "utf8").split("\n");
  const key = (host: string): string => {
    const [, type, blob] = lines.find((l) => l.startsWith(`${host} `))?.split(" ") ?? [];
    return `${type} ${blob}`;
  };
  const privateKey = readFileSync(join(directory, "id_ed25519"), "utf8");
  const reach = (host: string): Connection => ({ host, port: 22, user: "root", hostKey: key(host), privateKey });
  return {
    directory,
    connections: { qvddb1: reach("172.20.64.91"), qvddb2: reach("172.20.64.92") },
    aries: key("172.20.64.1"),
  };
}

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
  const made = describe(directory);
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
  await sh(pulumi("stack rm --yes --force"));
  await sh(`rm -f ${CONFIG}`);
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
export async function freshStack(config: string, made: HandMade): Promise<void> {
  await sh(pulumi("stack rm --yes --force"));
  writeFileSync(CONFIG, config);
  await must(`. ./env.sh && pulumi stack init ${STACK} --non-interactive`);
  const secrets = {
    sshPrivateKey: "id_ed25519",
    databasePassword: "password",
    drbdSecret: "drbd_secret",
    corosyncKey: "authkey",
  };
  for (const [name, file] of Object.entries(secrets))
    await must(`. ./env.sh && pulumi config set --stack ${STACK} --secret ${name} <${join(made.directory, file)}`);
}

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

/** Files of the root file system that changed since the mark, by inode change time. Memory and the replicated disk are other file systems. */
const CHANGED = `find / -xdev -newercm /run/adoption-mark \\( -type f -o -type l -o -type d \\) -not -path '/var/log/*' -not -path '/tmp*' -print 2>/dev/null | sort`;
const MARK = "touch /run/adoption-mark";

export const mark = (made: HandMade): Promise<unknown> => onNodes(made.connections, MARK);

/** What a machine writes by itself at times: the clock's drift, the journal's own directory, timers' stamps, what the scheduler looked at when it last did. */
const OWN = /^\/var\/lib\/(chrony|systemd|pacemaker\/pengine)(\/|$)/;

export async function changed(made: HandMade): Promise<Record<string, string[]>> {
  const answers = await onNodes(made.connections, CHANGED);
  return Object.fromEntries(
    Object.entries(answers).map(([node, a]) => [node, a.stdout.split("\n").filter((f) => f !== "" && !OWN.test(f))]),
  );
}

/** Version of the cluster's configuration: what any write to it raises. */
export async function epoch(made: HandMade): Promise<string> {
  const script = `cibadmin --query | sed -n 's/^<cib .* epoch="\\([0-9]*\\)" .*admin_epoch="\\([0-9]*\\)".*/\\2.\\1/p'`;
  return (await onNodes({ qvddb1: made.connections.qvddb1 as Connection }, script)).qvddb1?.stdout.trim() ?? "";
}
