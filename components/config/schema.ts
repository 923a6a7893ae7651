import { z } from "zod";
import { CONSENT, CONSENT_RULE } from "@qvd-ha/providers/dist/driver/consent";
import { LAYOUT_NAMES } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { connectionSchema } from "@qvd-ha/providers/dist/remote";
import { fencingSchema } from "./fencing";
import { maintenanceSchema } from "./maintenance";
import { address, cidr, hostName, seconds } from "./primitives";
import { DEFAULT_PROFILE, PROFILES } from "./profiles";
import { timersSchema } from "./timers";

/** A public SSH key, one line. */
const publicKey = z.string().regex(/^(ssh-|ecdsa-)\S+ \S+/, "must be a public key line: type and base64");

/** As YAML has it: a number or a truth value needs no quotes, and `pulumi config set --path` takes them off. */
const setting = z
  .union([z.string(), z.number(), z.boolean()])
  .transform((v) => (typeof v === "boolean" ? (v ? "on" : "off") : String(v)));

const diskSchema = z.strictObject({
  /** Serial number that the disk shows; the disk is found by it, never by a name such as /dev/vdb. */
  serial: z
    .string()
    .min(1, "a disk is named by its serial: see `lsblk -o NAME,SERIAL,SIZE`")
    .max(20, "virtio shows 20 characters of a serial at most"),
  /** Size in GiB. On libvirt the size to make; on existing machines the least size that is accepted. */
  sizeGiB: z.number().positive().default(2),
});

export const nodeSchema = z.strictObject({
  name: hostName,
  /** Address on the network that the database's clients use (Corosync ring 0). */
  lan: cidr,
  lanInterface: z.string().default("eth0"),
  /** Address on the link between the nodes (DRBD, Corosync ring 1). Without it there is one ring only: see `corosync.oneRing`. */
  crossover: cidr.optional(),
  crossoverInterface: z.string().default("eth1"),
  disk: diskSchema,
  /** Name of the hypervisor that runs this node, for fencing and for making its domain. Default: the only one. */
  hypervisor: hostName.optional(),
  /** Name of the domain on the hypervisor; with XenServer the virtual machine's name or UUID. Default: the node's name. */
  domain: z.string().optional(),
  /** The machine's management board. */
  ipmi: z.strictObject({ address, port: z.number().int().min(1).max(65535).default(623) }).optional(),
  /** Existing machines: the public host key, and where SSH listens if not at the LAN address, port 22. */
  ssh: connectionSchema.omit({ privateKey: true }).partial({ host: true, user: true, port: true }).optional(),
});

export const hypervisorSchema = z.strictObject({
  name: hostName,
  /** Where the nodes reach it by SSH for fencing. */
  address,
  port: z.number().int().min(1).max(65535).default(22),
  user: z.string().default("root"),
  hostKey: publicKey,
  /** libvirt's connection URI as Pulumi's libvirt provider uses it. Platform libvirt only. */
  libvirtUri: z.string().optional(),
  /** libvirt's URI as virsh on the hypervisor itself uses it. */
  localUri: z.string().default("qemu:///system"),
  /** Which file takes the fence key. */
  authorizedKeysFile: z.string().startsWith("/").default("/root/.ssh/authorized_keys"),
  /** Where the forced command of the fence key lies; two clusters on one hypervisor need a path each. */
  fenceCommand: z.string().startsWith("/").default("/usr/local/sbin/qvd-ha-fence"),
  /** Whether the program may log in there and install the fence key; else it prints what the operator must install. */
  manageFenceKey: z.boolean().default(true),
});

/** A network interface's name, as the kernel takes it. */
const bridge = z.string().regex(/^[A-Za-z0-9_.-]{1,15}$/, "must be the name of a bridge, at most 15 characters");

/** What guests are made of. Platform libvirt only. */
export const machineSchema = z.strictObject({
  domainType: z.enum(["kvm", "qemu"]).default("kvm"),
  cpu: z.strictObject({ mode: z.string(), model: z.string().optional() }).default({ mode: "host-model" }),
  memoryMiB: z.number().int().min(1024, "the HOWTO asks for at least 1 GB of memory").default(2048),
  vcpus: z.number().int().min(1).default(2),
  /**
   * Bridges that every hypervisor has, by the same names: the machines are put on them. Without, the program makes the networks itself, and those end at
   * their hypervisor.
   */
  bridges: z.strictObject({ lan: bridge, crossover: bridge.optional() }).optional(),
  /** Storage pool on the hypervisor that takes the nodes' disks. */
  pool: z.string().default("default"),
  image: z.strictObject({
    /** Key (path) of the base volume, in an active pool of the hypervisor. */
    base: z.string(),
    /** Command on this machine that makes the image where it is missing. */
    build: z.string().optional(),
    kernel: z.string().optional(),
    initrd: z.string().optional(),
    kernelArguments: z.string().default(""),
  }),
  /** Directory on the hypervisor for the serial consoles. */
  consoleDirectory: z.string().startsWith("/").optional(),
  /** Unsafe host caching: fast, and loses data when the hypervisor dies. For labs. */
  unsafeCache: z.boolean().default(false),
});

/** A name that SQL takes without quotes. */
const sqlName = z.string().regex(/^[a-z_][a-z0-9_]*$/, "must be a plain SQL name");

export const databaseSchema = z.strictObject({
  /** The floating address that QVD connects to, with its prefix length. */
  address: cidr.default("172.20.64.90/24"),
  hostName: hostName.default("qvddb"),
  /** QVD's HKD, API and portal ignore any other port. */
  port: z.literal(5432, "QVD's daemons connect to port 5432 only").default(5432),
  name: sqlName.default("qvddb"),
  user: sqlName.default("qvd"),
  /** Networks of the QVD servers, the real clients; the HOWTO's pg_hba forgets them. */
  clients: z.array(cidr).min(1, "name the networks of the QVD servers, or nobody can connect"),
  /** How clients prove the password; md5 for QVD nodes whose libpq has no SCRAM. */
  authentication: z.enum(["scram-sha-256", "md5"]).default("scram-sha-256"),
  /** Where the replicated file system is mounted; it is the data directory. */
  directory: z.string().startsWith("/").default("/var/lib/pgsql/data"),
  /** How the file system is mounted, as in mount -o; empty for the defaults. */
  mountOptions: z
    .string()
    .regex(/^[A-Za-z0-9_=,.-]*$/, "must be options as in mount -o")
    .default("noatime"),
  /** What mounts, watches and unmounts the file system: the distribution's agent, or ours, which the nodes then get. */
  fileSystemAgent: z.enum(["ocf:heartbeat:Filesystem", "ocf:qvd-ha:filesystem"]).default("ocf:heartbeat:Filesystem"),
  /** What brings the floating address up, watches it and takes it down: the distribution's agent, or ours, which the nodes then get. */
  addressAgent: z.enum(["ocf:heartbeat:IPaddr2", "ocf:qvd-ha:address"]).default("ocf:heartbeat:IPaddr2"),
  /**
   * Lines of pg_hba.conf, first and in this order; clients that none of them lets in come after. None: the clients alone.
   * For a server that is there already.
   */
  access: z.array(z.string()).optional(),
  /** Connections of the role at once; -1 for no limit. None: max_connections less the slots kept for the monitor and the operator. */
  connectionLimit: z.number().int().min(-1).optional(),
  encoding: z.string().default("UTF8"),
  /** Collation and character type. The same on every distribution, so an upgrade of libc cannot break an index. */
  locale: z.string().default("C.UTF-8"),
  /** Major version of PostgreSQL whose programs serve; they lie beside those of other versions. Default: the operating system's own. */
  version: z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().regex(/^[1-9]\d$/, "must be a major version, as in 17"))
    .optional(),
  /** Data checksums; only initdb can set them. */
  checksums: z.boolean().default(true),
  /** The server's log, on the node's own disk. */
  logFile: z.string().startsWith("/").default("/var/log/postgresql/postgresql-qvd.log"),
  /**
   * What Pacemaker updates at each monitor: a table outside `public`, where it would break QVD's schema updates, and a role without a password.
   * With QVD's own role, as in the HOWTO, the password that stands in the cluster's configuration is kept.
   */
  monitor: z
    .strictObject({
      schema: sqlName.default("ha"),
      table: sqlName.default("pacemaker_monitor"),
      role: sqlName.default("ha_monitor"),
    })
    .prefault({}),
  /** What starts, watches and stops the server: the distribution's agent, or ours, which the nodes then get. */
  agent: z.enum(["ocf:heartbeat:pgsql", "ocf:qvd-ha:postgres"]).default("ocf:heartbeat:pgsql"),
  /** Further settings for postgresql.conf; safety settings cannot be turned off. */
  settings: z.record(z.string(), setting).default({}),
});

/** DRBD counts in tenths of a second. */
const tenths = (min: number, max: number): z.ZodNumber =>
  z.number().int().min(min).max(max).multipleOf(100, "must be whole tenths of a second");

export const drbdSchema = z.strictObject({
  resource: z
    .string()
    .regex(/^[a-z][a-z0-9_-]*$/)
    .default("postgres"),
  port: z.number().int().min(1024).max(65535).default(7789),
  /** Resynchronisation rate, as DRBD writes it. The HOWTO's. */
  rate: z
    .string()
    .regex(/^[1-9]\d*[KMG]$/, "must be a rate such as 100M")
    .default("100M"),
  /** What the resynchronisation gets although the database writes. DRBD's own default, 250K, takes minutes to restore redundancy. */
  minimumRate: z
    .string()
    .regex(/^[1-9]\d*[KMG]$/, "must be a rate such as 10M")
    .default("10M"),
  /** How much of a resynchronisation, or of a verification, is under way at once. DRBD's own 50K makes both wait for every answer. */
  fillTarget: z
    .string()
    .regex(/^[1-9]\d*[sKMG]$/, "must be an amount such as 1M, or sectors such as 2048s")
    .default("1M"),
  verifyAlgorithm: z.enum(["crc32c", "sha1", "md5", "sha256"]).default("crc32c"),
  /** Blank disks need no first synchronisation; `full` copies every block all the same. */
  initialSync: z.enum(["skip", "full"]).default("skip"),
  /** Serial of a disk whose content may be destroyed; the only way past the blank-disk check. */
  overwrite: z.string().optional(),
  /** Command by which DRBD has the cluster fence the peer. None: with time-outs that follow from `timers.fencing.off`. */
  fenceHandler: z
    .string()
    .startsWith("/usr/lib/drbd/crm-fence-peer", "must be DRBD's own crm-fence-peer.sh")
    .optional(),
  /** What starts, promotes and watches DRBD: its own agent, or ours in front of it, which the nodes then get. */
  agent: z.enum(["ocf:linbit:drbd", "ocf:qvd-ha:drbd"]).default("ocf:linbit:drbd"),
  /** Whether Pacemaker tells DRBD's agent what it is about to do, and has done, with the other node. */
  notifications: z.boolean().default(true),
  /** Seconds of silence until DRBD asks its peer whether it is there. Default: DRBD's own, 10. */
  pingInterval: z.number().int().min(1).max(120).optional(),
  /** Milliseconds that the peer has for its answer. Default: DRBD's own, 500. */
  pingTimeout: tenths(100, 30_000).optional(),
  /** Milliseconds until a packet counts as not sent, or a part of a request as not answered; below the interval of the pings. Default: DRBD's own, 6000. */
  timeout: tenths(100, 60_000).optional(),
  /** How long a start by hand waits for the peer, in seconds; 0 for ever. */
  startup: z
    .strictObject({
      wfcTimeout: z.number().int().min(0).default(120),
      degradedWfcTimeout: z.number().int().min(0).default(60),
    })
    .prefault({}),
});

export const corosyncSchema = z.strictObject({
  clusterName: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,15}$/, "must be 1 to 15 letters, digits, _ or -")
    .default("qvd-ha"),
  /** Milliseconds without a token until a node counts as lost. */
  token: z.number().int().min(1000).max(30000).default(5000),
  /** Milliseconds for agreeing on that. Default: Corosync's own, 1.2 times the token. */
  consensus: z.number().int().min(500).max(36000).optional(),
  /** `passive` sends over the best link that is up, `active` over both. */
  linkMode: z.enum(["passive", "active"]).default("passive"),
  /** Consent to a cluster with a single ring, which a single cable takes down. */
  oneRing: z.boolean().default(false),
});

/** A third vote on another host. */
export const quorumSchema = z.strictObject({
  device: z
    .strictObject({
      /** How the program reaches that host; the key is the secret `arbiterPrivateKey`. */
      connection: connectionSchema.omit({ privateKey: true }),
      /** Where the nodes reach corosync-qnetd. Default: the connection's host. */
      address: address.optional(),
      port: z.number().int().min(1).max(65535).default(5403),
      /** `ffsplit` gives the vote to one half of a split, `lms` to the last one standing. */
      algorithm: z.enum(["ffsplit", "lms"]).default("ffsplit"),
      /** Milliseconds of silence after which the vote is gone. */
      timeout: z.number().int().min(2000).max(120000).default(10000),
      /** Milliseconds for which a new membership waits for the vote. */
      syncTimeout: z.number().int().min(2000).max(120000).default(30000),
    })
    .optional(),
});

export const clusterSchema = z.strictObject({
  recheckInterval: z.string().default("10min"),
  /** The HOWTO's 1 is negligible against any other score; 100 keeps the database where it is. */
  stickiness: z.number().int().min(0).default(100),
  migrationThreshold: z.number().int().min(1).default(2),
  failureTimeout: z.string().default("3min"),
  /** Seconds by which the active node is favoured in a split; paid on every real death of it. */
  priorityFencingDelay: z.number().int().min(0).max(60).default(5),
  /** Whether the address starts beside the file system and the server, instead of between them. */
  addressBeside: z.boolean().default(false),
  /** Load of a node above which Pacemaker does one thing at a time. Default: Pacemaker's own, 80%. */
  loadThreshold: z
    .string()
    .regex(/^[1-9]\d{0,3}%$/, "must be a percentage such as 80%")
    .optional(),
  /** What Pacemaker does at once on a node at most. Default: Pacemaker's own, two per processor. */
  nodeActionLimit: z.number().int().min(1).max(100).optional(),
});

export const preferredNodeSchema = z.strictObject({
  node: hostName,
  /** By how much it is preferred. The HOWTO's. */
  score: z.number().int().min(1).max(10000).default(50),
  /** Whether the database goes back as soon as that node is there again, which is one more interruption. */
  failBack: z.boolean().default(false),
});

const optionPatch = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({});

/** Laid over the cluster's configuration that follows from all other keys, as RFC 7396 has it: null takes away. */
export const cibSchema = z.strictObject({
  properties: optionPatch,
  resourceDefaults: optionPatch,
  operationDefaults: optionPatch,
  /** By CIB id, in the words of `providers/pacemaker/spec.ts`. */
  elements: z.record(z.string(), z.union([z.record(z.string(), z.unknown()), z.null()])).default({}),
});

/** A QVD node whose configuration and schema the program takes care of. Off by default. */
export const qvdSchema = z.strictObject({
  /** How that node is reached; the key is the secret `qvdPrivateKey`. */
  connection: connectionSchema.omit({ privateKey: true }),
  /** `nodename` in its node.conf. */
  nodeName: hostName,
  /** Version of the schema that must be there at the end. Default: any. */
  schemaVersion: z.string().optional(),
  /** How many QVD nodes there are, and log-ins at the same moment: what the database must have connections for. */
  nodes: z.number().int().min(1).default(1),
  logins: z.number().int().min(0).default(20),
  /** QVD's own deployment script, on that node. */
  script: z.string().startsWith("/").default("/usr/lib/qvd/bin/qvd-deploy-db.pl"),
});

export const schema = z.strictObject({
  platform: z.enum(["libvirt", "existing"]),
  /** Where the cluster stands, if not where the other stacks' do: networks that do not know each other may use the same addresses and names. */
  site: z.string().default(""),
  /** Whose values count where this stack says nothing (`profiles.ts`). */
  profile: z.enum(PROFILES).default(DEFAULT_PROFILE),
  os: z.enum(["debian12", "debian13", "ubuntu2404", "rhel9", "sles15"]).default("debian12"),
  nodes: z.array(nodeSchema).length(2, "a pair has exactly two nodes"),
  hypervisors: z.array(hypervisorSchema).default([]),
  machine: machineSchema.optional(),
  database: databaseSchema,
  drbd: drbdSchema.prefault({}),
  /** How the cluster's resources are arranged: as in the HOWTO's section 10, or its sections 12 to 15. */
  layout: z.enum(LAYOUT_NAMES).default("standard"),
  /** The node that the database had better run on. Without it, either. */
  preferredNode: preferredNodeSchema.optional(),
  corosync: corosyncSchema.prefault({}),
  quorum: quorumSchema.prefault({}),
  cluster: clusterSchema.prefault({}),
  timers: timersSchema.prefault({}),
  /** Addresses that must answer where the database may run: the router. Layout simple asks none. */
  ping: z.strictObject({ hosts: z.array(address).default([]) }).prefault({}),
  fencing: fencingSchema.prefault({}),
  /** What the other keys cannot say of the cluster's configuration. */
  cib: cibSchema.prefault({}),
  /** Where the cluster reports by mail; without it there is no p_mailto. */
  mail: z.strictObject({ to: z.string().min(1) }).optional(),
  /** What is done by itself once the cluster runs. All of it is off by default. */
  maintenance: maintenanceSchema.prefault({}),
  time: z
    .strictObject({
      servers: z.array(z.string()).default([]),
      exception: z.string().min(10, "say why in a sentence").optional(),
    })
    .refine(
      (t) => t.servers.length > 0 || t.exception,
      "name time servers, or state in `exception` why none are needed",
    ),
  /** Lines for apt's sources and, if it is signed, its key; default: the machine's own sources. */
  repository: z.strictObject({ lines: z.array(z.string()).min(1), keyring: z.string().optional() }).optional(),
  /** QVD's own node.conf and database schema; without it, QVD is left to its administrator. */
  qvd: qvdSchema.optional(),
  /** Effects on a serving cluster that are agreed to, for good. For once: on the command line. */
  consent: z.array(z.string().regex(CONSENT, CONSENT_RULE)).default([]),
  /** Whether `pulumi destroy` deletes the database's data. */
  dataPolicy: z.enum(["keep", "destroy"]).default("keep"),
  /** How long a node may take to answer by SSH after it was made, in seconds. */
  bootTimeout: seconds.default(300),
});

export type Settings = z.output<typeof schema>;
export type SettingsInput = z.input<typeof schema>;
export type NodeSettings = z.output<typeof nodeSchema>;
export type HypervisorSettings = z.output<typeof hypervisorSchema>;
