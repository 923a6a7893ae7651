import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "@qvd-ha/providers/dist/fact";
import { unitNames } from "../../../tools/doctor/facts/units";
import type { Reading } from "../../../tools/doctor/reading";
import { factsOf, nodeOf } from "../../../tools/doctor/reading";
import type { Unreachable } from "../../../tools/status/node";
import healthy from "./healthy.json";

type Text = string | readonly string[];
/** A fact's whole text (`@name` is the file `recorded/name`), or replacements in the one that it has: pairs of a regular expression and a text. */
type Change = Text | { readonly file?: string; readonly replace: readonly (readonly [string, string])[] };

/** Properties of units that are not as in a healthy cluster, by name. */
type UnitChange = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Case {
  readonly name: string;
  /**
   * Where the texts that make the fault are from. `cluster`: recorded from a cluster of real machines. `pacemaker`: printed by Pacemaker's own tools of a history that crm_simulate has
   * played (test/offline/doctor/record). `program`: the form is that of the real program, the values are composed. `composed`: by the program's documentation or source alone.
   */
  readonly source: "cluster" | "pacemaker" | "program" | "composed";
  /** By `node.fact`, or `both.fact`. */
  readonly set?: Readonly<Record<string, Change>>;
  readonly units?: Readonly<Record<string, UnitChange>>;
  /** By node: what the connection said. */
  readonly unreachable?: Readonly<Record<string, string>>;
  /** All that must be found, worst first; nothing else may be. */
  readonly finds: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly where: string;
    /** A part of it. */
    readonly what: string;
    readonly since?: string;
    readonly next?: readonly string[];
  }[];
}

const NODES = ["qvddb1", "qvddb2"] as const;
/** The moment of all readings: when the healthy nodes' clocks were read. */
const NOW = 1_767_225_600;

const lines = (text: Text): string => (typeof text === "string" ? text : text.map((l) => `${l}\n`).join(""));
/** `@name` is `recorded/name`; `@@name` one of the status's own recordings, from a cluster. */
function file(text: string): string {
  const [, marks, name] = /^(@@?)(\S+)$/.exec(text) ?? [];
  if (name === undefined) return text;
  if (marks === "@") return readFileSync(join(__dirname, "recorded", name), "utf8");
  const own = join(__dirname, "..", "status", "recorded");
  return name.startsWith("cfgtool")
    ? readFileSync(join(own, name), "utf8")
    : `@minor 0\n${readFileSync(join(own, `proc_drbd.${name}`), "utf8")}`;
}

/** What a unit is like where all is well. */
function unitText(name: string, more: Readonly<Record<string, string>> = {}): string {
  const debian = ["corosync.service", "pacemaker.service", "chrony.service"].includes(name);
  const generated = name === "postgresql@15-main.service";
  const off = generated || ["postgresql.service", "drbd.service"].includes(name);
  const values = {
    LoadState: debian || off ? "loaded" : name.startsWith("drbd-graceful") ? "masked" : "not-found",
    ActiveState: debian ? "active" : "inactive",
    Result: "success",
    // Debian's generator hangs its cluster's own server below postgresql.service, which is disabled.
    UnitFileState: debian
      ? "enabled"
      : generated
        ? "enabled-runtime"
        : off
          ? "disabled"
          : name.startsWith("drbd-graceful")
            ? "masked"
            : "",
    StateChangeTimestamp: debian ? "Wed 2025-12-31 00:00:01 UTC" : "",
    ...more,
  };
  return Object.entries(values)
    .map(([k, v]) => `${k}=${v}\n`)
    .join("");
}

function textOf(c: Case, node: string, fact: string): string {
  if (fact === "units") return unitNames.map((n) => unitText(n, c.units?.[node]?.[n])).join("\n");
  let text = file(lines((healthy as unknown as Record<string, Record<string, Text>>)[node]?.[fact] ?? ""));
  for (const change of [c.set?.[`both.${fact}`], c.set?.[`${node}.${fact}`]]) {
    if (change === undefined) continue;
    if (typeof change === "object" && "replace" in change) {
      if (change.file !== undefined) text = file(change.file);
      for (const [from, to] of change.replace) {
        const after = text.replace(new RegExp(from, "gm"), to);
        if (after === text) throw new Error(`${c.name}: ${node}.${fact} has no "${from}"`);
        text = after;
      }
    } else text = file(lines(change));
  }
  return text;
}

/** What the doctor reads of such a cluster: every text goes through the parser that a node's answer goes through. */
export function readingOf(c: Case): Reading {
  const { report, details } = factsOf("172.20.64.90", 5432, "postgres");
  const facts = Object.entries({ ...report, ...details });
  const nodes = NODES.filter((n) => c.unreachable?.[n] === undefined).map((n) => {
    const seen = facts.map(([name, f]) => [
      name,
      (f as Fact<unknown>).parse({ code: 0, stdout: textOf(c, n, name), stderr: "" }),
    ]);
    return [n, nodeOf(Object.fromEntries(seen) as Record<string, unknown>, NOW, NOW + 2)] as const;
  });
  const away = Object.entries(c.unreachable ?? {}).map(([n, why]): [string, Unreachable] => [
    n,
    { reachable: false, why },
  ]);
  return {
    nodes: NODES,
    stack: "dev",
    address: "172.20.64.90",
    port: 5432,
    resource: "postgres",
    status: {
      taken: new Date(NOW * 1000).toISOString(),
      nodes: { ...Object.fromEntries(nodes.map(([n, x]) => [n, x.report])), ...Object.fromEntries(away) },
    },
    details: Object.fromEntries(nodes.map(([n, x]) => [n, x.node])),
    hosts: { qvddb1: "172.20.64.91", qvddb2: "172.20.64.92" },
    power: Object.fromEntries(
      NODES.map((n) => [n, { uri: "qemu+unix:///system?socket=/run/lab", domain: n, lab: true }]),
    ),
  };
}
