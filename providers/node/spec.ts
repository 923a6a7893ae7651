import { z } from "zod";
import type { Finding } from "../kind";
import { connectionsSchema } from "../remote";
import { os, osSchema } from "../os";

const PACKAGE = /^[a-z0-9][a-z0-9+._-]*$/;
const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;
export const NTP_SERVER = /^[A-Za-z0-9.:-]+$/;
export const REPOSITORY_LINE = /^(deb|deb-src) \S+ \S.*$/;

export const hostSchema = z.strictObject({
  address: z.union([z.ipv4(), z.ipv6()]),
  /** The first is the canonical one. */
  names: z.array(z.string().regex(HOST_NAME, "must be a host name")).min(1),
});

const timeSchema = z.strictObject({
  /** Names or addresses of the NTP servers; both nodes need the same, as clients compare database time across a failover. */
  servers: z.array(z.string().regex(NTP_SERVER, "must be a host name or an address")).default([]),
  /** Why this machine's clock is right without our check (a virtual machine that follows its host, say). With it, synchronisation is not checked. */
  exception: z.string().min(1).optional(),
  /** Seconds to wait for synchronisation. Default: 300. */
  timeoutSeconds: z.number().int().min(10).max(3600).default(300),
});

const repositorySchema = z.strictObject({
  /** Lines as in sources.list(5). */
  lines: z.array(z.string().regex(REPOSITORY_LINE, "must be a line as in sources.list")).min(1),
  /** The armoured key that signs it; name it `signed-by=/etc/apt/keyrings/qvd-ha.asc` in the lines. */
  keyring: z.string().startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----").optional(),
});

/** A field of .pgpass, which has a line for each entry; libpq takes a carriage return at its end for a part of the line's end. */
const pgpassField = z
  .string()
  .min(1)
  .regex(/^[^\r\n]*$/, "must be one line");

const pgpassSchema = z.strictObject({
  host: pgpassField,
  port: z.number().int().min(1).max(65535).default(5432),
  database: pgpassField,
  user: pgpassField,
  password: pgpassField,
});

/** A machine made ready to be a node of the cluster: names, clock, packages, and nothing of the cluster starting at boot by itself. */
export const schema = z
  .strictObject({
    connections: connectionsSchema,
    /** Name of the node, which must be its host name: DRBD and Pacemaker know it by that. */
    name: z.string().regex(HOST_NAME, "must be a host name"),
    os: osSchema,
    /** Kept as a block of our own in /etc/hosts; other lines stay. */
    hosts: z.array(hostSchema),
    /** Name in the tz database. Default: UTC, as QVD's clients lose their own setting when they reconnect. */
    timeZone: z
      .string()
      .regex(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/, "must be the name of a time zone")
      .default("UTC"),
    time: timeSchema,
    /** Packages beside those that the operating system's table names. Default: none. */
    packages: z.array(z.string().regex(PACKAGE, "must be the name of a package")).default([]),
    /** Where packages come from. Default: what the machine has. */
    repository: repositorySchema.optional(),
    /** Units that must not start at boot, as Pacemaker starts what they would. Default: PostgreSQL's and DRBD's of the operating system. */
    unitsOff: z.array(z.string().regex(/^[A-Za-z0-9@:._\\-]+$/, "must be the name of a unit")).optional(),
    /** Entry of root's .pgpass, for maintenance by TCP. Default: none. */
    pgpass: pgpassSchema.optional(),
    /** Seconds to wait for the machine to answer at all. Default: 300. */
    bootTimeoutSeconds: z.number().int().min(0).max(3600).default(300),
  })
  .transform((spec) => ({
    ...spec,
    unitsOff: spec.unitsOff ?? [...os(spec.os).units.postgresql.slice(0, 1), ...os(spec.os).units.drbd],
  }));

export type NodeSpec = z.infer<typeof schema>;

export function rules(spec: NodeSpec): Finding[] {
  const findings: Finding[] = [];
  const nodes = Object.keys(spec.connections);
  if (nodes.length !== 1 || nodes[0] !== spec.name)
    findings.push({
      property: "connections",
      reason: `has ${nodes.join(", ") || "nothing"}: needs one entry, "${spec.name}"`,
    });
  if (spec.time.servers.length === 0 && spec.time.exception === undefined)
    findings.push({
      property: "time.servers",
      reason: "is empty: name NTP servers, or say in time.exception why the clock is right without them",
    });
  const taken = new Map<string, string>();
  for (const [i, host] of spec.hosts.entries())
    for (const name of host.names) {
      const other = taken.get(name);
      if (other !== undefined)
        findings.push({ property: `hosts[${i}].names`, reason: `"${name}" already stands for ${other}` });
      taken.set(name, host.address);
    }
  if (spec.repository && os(spec.os).packages.manager !== "apt")
    findings.push({
      property: "repository",
      reason: `${os(spec.os).title} has no apt: set up its repositories beforehand and leave this out`,
    });
  return findings;
}
