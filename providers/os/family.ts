/** Operating systems that a node may run. */
export const OS_NAMES = ["debian12", "debian13", "ubuntu2404", "rhel9", "sles15"] as const;
export type OsName = (typeof OS_NAMES)[number];

/** What differs between operating systems, and nothing that is the same on all of them. */
export interface OsFamily {
  readonly name: OsName;
  /** As people call it. */
  readonly title: string;
  /** Whether this project was run on real machines of this kind; otherwise it was rendered and unit-tested only. */
  readonly proven: boolean;
  readonly packages: {
    readonly manager: "apt" | "dnf" | "zypper";
    /** Every package that a node needs, whatever its fence agent. */
    readonly base: readonly string[];
    /** Also needed for `external/libvirt`, the HOWTO's own fence agent; empty where the distribution has none. */
    readonly externalLibvirt: readonly string[];
    /** Also needed for the other kinds of fencing; a kind that is not there has no agent in the distribution. */
    readonly fencing: Partial<Readonly<Record<"xvm" | "xenapi" | "ipmi" | "sbd", readonly string[]>>>;
    /** Also needed for a third vote, NSS's tools included. */
    readonly qdevice: readonly string[];
    /** Also needed where the cluster reports by mail: the program `mail`; an MTA comes with it where the machine has none. */
    readonly mail: readonly string[];
    /** What parts of the maintenance call, by part. `mailer` is msmtp, which hands a mail to a server and is no MTA. */
    readonly maintenance: {
      readonly mailer: readonly string[];
      readonly webhook: readonly string[];
      readonly rsync: readonly string[];
      readonly s3: readonly string[];
      /** pgBackRest; empty where the distribution has none. */
      readonly pitr: readonly string[];
      /** crmsh; empty where the distribution has none. */
      readonly crmsh: readonly string[];
    };
  };
  /** Full unit names, with their suffix. */
  readonly units: {
    readonly chrony: string;
    /** Everything that would start a PostgreSQL at boot beside the cluster; the first is the one that starts them all. */
    readonly postgresql: readonly string[];
    /** Everything that would bring DRBD up at boot beside the cluster. */
    readonly drbd: readonly string[];
    /** Masked, not only disabled: units that other units or a shutdown would pull in. */
    readonly masked: readonly string[];
    readonly corosync: string;
    readonly pacemaker: string;
  };
  readonly chrony: {
    readonly config: string;
    /** Directory of `*.conf` that the packaged configuration reads; undefined where it reads none. */
    readonly confDir?: string;
    /** Directory of `*.sources` that the packaged configuration reads; undefined where it reads none. */
    readonly sourceDir?: string;
  };
  readonly postgres: {
    readonly version: number;
    /** Directory of the server's own programs (`initdb`, `pg_ctl`, `postgres`). */
    readonly binDir: string;
    /** The real client: Debian's `/usr/bin/psql` is a perl wrapper, slow, and guesses a cluster. */
    readonly psql: string;
    readonly user: string;
    readonly group: string;
    readonly home: string;
    /** Directory of the unix socket that a local client tries by default. */
    readonly socketDir: string;
    /** Debian's own cluster that its package makes at install; undefined elsewhere. */
    readonly packagedCluster?: { readonly dataDir: string; readonly createConf: string; readonly startConf: string };
  };
  readonly drbd: {
    /** Dialect of the kernel module that the distribution ships. */
    readonly dialect: "8.4" | "9";
    readonly configDir: string;
    readonly globalConfig: string;
    readonly stateDir: string;
  };
  readonly corosync: { readonly config: string; readonly authKey: string; readonly stateDir: string };
  readonly pacemaker: {
    /** Dialect of names and schema: 3.0 has no `<master>` and newer property names. */
    readonly dialect: "2.1" | "3.0";
    readonly stateDir: string;
    readonly authKey: string;
  };
  /** Where sbd and Pacemaker read sbd's settings. */
  readonly sbdConfig: string;
  /** Fence agents that the packages above bring, as a CIB names them behind `stonith:`. */
  readonly fenceAgents: readonly string[];
}
