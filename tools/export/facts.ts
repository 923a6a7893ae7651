import type { Fact, Seen } from "@qvd-ha/providers/dist/fact";
import { IPMI_PASSWORD_FILE, XENAPI_PASSWORD_SCRIPT, XVM_KEY } from "@qvd-ha/providers/dist/fencing/secret/paths";
import { MODULES } from "@qvd-ha/providers/dist/fencing/watchdog/render";
import { machineFact } from "@qvd-ha/providers/dist/node/read";
import type { Cib } from "@qvd-ha/providers/dist/pacemaker/cib";
import { parseCib } from "@qvd-ha/providers/dist/pacemaker/cib";
import { raw, sh } from "@qvd-ha/providers/dist/remote";

// What must be known of a node before any of the kinds can be asked: nothing is known of it yet but how to reach it.

export interface Address {
  readonly interface: string;
  readonly address: string;
  readonly prefix: number;
}

export interface BlockDevice {
  readonly path: string;
  readonly serial: string;
  /** Bytes. */
  readonly size: number;
  /** Every name that leads to it. */
  readonly names: readonly string[];
}

const text = (path: string): Fact<string | undefined> => ({
  command: { script: sh`[ ! -f ${path} ] || { echo; cat ${path}; }` },
  parse: ({ stdout }) => (stdout === "" ? undefined : stdout.slice(1)),
});

const addresses: Fact<Address[]> = {
  command: { script: sh`ip -o -4 addr show scope global` },
  parse: ({ stdout }) =>
    [...stdout.matchAll(/^\d+: (\S+)\s+inet (\S+)\/(\d+)/gm)].map((m) => ({
      interface: m[1] as string,
      address: m[2] as string,
      prefix: Number(m[3]),
    })),
};

const disks: Fact<BlockDevice[]> = {
  command: {
    script: raw(`lsblk -d -n -b -r -o PATH,TYPE,SIZE,SERIAL | while read -r path type size serial; do
  [ "$type" = disk ] || continue
  names=$path
  for link in /dev/disk/by-id/*; do [ "$(readlink -f "$link")" != "$path" ] || names="$names $link"; done
  echo "$path $size \${serial:--} $names"
done`),
  },
  parse: ({ stdout }) =>
    stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const [path = "", size = "", serial = "", ...names] = line.split(" ");
        return { path, size: Number(size), serial: serial === "-" ? "" : serial, names };
      }),
};

/** Servers of every file that chronyd reads. */
const timeServers: Fact<string[]> = {
  command: {
    script: sh`shopt -s nullglob; cat /etc/chrony.conf /etc/chrony/chrony.conf /etc/chrony/conf.d/*.conf /etc/chrony/sources.d/*.sources /etc/chrony.d/*.conf 2>/dev/null || true`,
  },
  parse: ({ stdout }) => [...new Set([...stdout.matchAll(/^[ \t]*server[ \t]+(\S+)/gm)].map((m) => m[1] as string))],
};

const cib: Fact<Cib | undefined> = {
  command: { script: sh`cibadmin --query 2>/dev/null || true` },
  parse: ({ stdout }) => (stdout.trim() === "" ? undefined : parseCib(stdout)),
};

export const facts = {
  machine: machineFact,
  addresses,
  disks,
  timeServers,
  cib,
  hosts: text("/etc/hosts"),
  repository: text("/etc/apt/sources.list.d/qvd-ha.list"),
  keyring: text("/etc/apt/keyrings/qvd-ha.asc"),
  corosync: text("/etc/corosync/corosync.conf"),
  drbdModule: {
    command: { script: sh`cat /sys/module/drbd/version 2>/dev/null || true` },
    parse: ({ stdout }) => stdout.trim(),
  } satisfies Fact<string>,
  drbd: {
    command: { script: sh`drbdadm dump 2>/dev/null || true` },
    parse: ({ stdout }) => stdout,
  } satisfies Fact<string>,
  /** Secrets: they end up in files that only the caller reads. */
  authkey: {
    command: { script: sh`base64 -w0 /etc/corosync/authkey 2>/dev/null || true` },
    parse: ({ stdout }) => stdout.trim(),
  } satisfies Fact<string>,
  pgpass: text("/root/.pgpass"),
  fenceKey: text("/etc/qvd-ha/fence_ed25519"),
  xvmKey: {
    command: { script: sh`base64 -w0 ${XVM_KEY} 2>/dev/null || true` },
    parse: ({ stdout }) => stdout.trim(),
  } satisfies Fact<string>,
  xenapi: text(XENAPI_PASSWORD_SCRIPT),
  ipmi: text(IPMI_PASSWORD_FILE),
  /** What the watchdog's daemon is told, and the module that makes it. */
  sbd: {
    command: { script: sh`cat /etc/default/sbd /etc/sysconfig/sbd 2>/dev/null || true` },
    parse: ({ stdout }) => stdout,
  } satisfies Fact<string>,
  watchdogModule: text(MODULES),
  /** Host keys that root's ssh knows on the node, by which it fences. */
  knownHosts: {
    command: { script: sh`cat /etc/qvd-ha/fence_known_hosts /root/.ssh/known_hosts 2>/dev/null || true` },
    parse: ({ stdout }) => stdout,
  } satisfies Fact<string>,
};

export type NodeFound = Seen<typeof facts>;

/** What the database itself tells, on the node that serves it. */
export interface Database {
  readonly owner: string;
  readonly encoding: string;
  readonly locale: string;
  readonly checksums: boolean;
  readonly connectionLimit: number;
  /** `md5`, `scram-sha-256`; of the owner's password. */
  readonly verifier: string;
  readonly maxConnections: number;
  readonly parameters: Readonly<Record<string, { unit: string | null; type: string; default: string | null }>>;
}

const literal = (value: string): string => `'${value.replace(/'/g, "''")}'`;

export const databaseFacts = (at: {
  osUser: string;
  psql: string;
  port: number;
  database: string;
  dataDirectory: string;
  settings: readonly string[];
}) => ({
  serves: {
    command: { script: sh`[ ! -f ${`${at.dataDirectory}/postmaster.pid`} ] || echo yes` },
    parse: ({ stdout }) => stdout.trim() === "yes",
  } satisfies Fact<boolean>,
  conf: text(`${at.dataDirectory}/postgresql.conf`),
  hba: text(`${at.dataDirectory}/pg_hba.conf`),
  database: {
    command: {
      script: sh`cd /; [ ! -f ${`${at.dataDirectory}/postmaster.pid`} ] || runuser -u ${at.osUser} -- ${at.psql} -XAtqw -p ${at.port} -d postgres -f - || true`,
      stdin: `select json_build_object('owner', r.rolname, 'encoding', pg_encoding_to_char(d.encoding), 'locale', d.datcollate,
  'checksums', current_setting('data_checksums') = 'on', 'connectionLimit', r.rolconnlimit,
  'verifier', case when r.rolpassword like 'md5%' then 'md5' else 'scram-sha-256' end, 'maxConnections', current_setting('max_connections')::int,
  'parameters', (select json_object_agg(lower(name), json_build_object('unit', unit, 'type', vartype, 'default', boot_val)) from pg_settings
    where source = 'configuration file' or lower(name) in (${at.settings.map(literal).join(", ")})))
from pg_database d join pg_authid r on r.oid = d.datdba where d.datname = ${literal(at.database)};
`,
    },
    parse: ({ stdout }) => (stdout.trim() === "" ? undefined : (JSON.parse(stdout) as Database)),
  } satisfies Fact<Database | undefined>,
});

export type DatabaseFound = Seen<ReturnType<typeof databaseFacts>>;
