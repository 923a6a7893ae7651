import type { z } from "zod";
import type { Fact, Seen } from "../../fact";
import type { Finding, Kind, Placed } from "../../kind";
import { overlay } from "../../overlay";
import { sh } from "../../remote";
import type { Plan } from "../../step";
import { plan as planOf } from "../../step";
import { parseConf } from "./conf";
import type { FoundFiles, ManagedFile, SecretState } from "./files";
import { asWanted, filesFact, isSecret, removeFiles, secretFact, writeFile } from "./files";
import type { UnitStates } from "./units";
import { takeUp, unitsFact } from "./units";

/** What distinguishes one part of the maintenance from another: everything else is files and units on every node. */
export interface Part<Spec extends Placed> {
  /** As progress lines and errors show it. */
  readonly name: string;
  readonly schema: z.ZodType<Spec>;
  rules?(spec: Spec): Finding[];
  /** All files, the one at `conf` among them. */
  files(spec: Spec): readonly ManagedFile[];
  /** Path of the file whose variables are the spec, but for connections and secrets. Undefined: the spec has nothing else. */
  readonly conf?: string;
  /** Units that are enabled and run, and those that only they start. */
  readonly units: readonly string[];
  readonly jobs?: readonly string[];
  /** Properties that are secrets, by the path of the file that holds each. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface PartFacts {
  readonly [name: string]: Fact<unknown>;
  readonly files: Fact<FoundFiles>;
  readonly secrets: Fact<unknown>;
  readonly units: Fact<UnitStates>;
}

const SECRET = "secret ";
const none: Fact<unknown> = { command: { script: sh`:` }, parse: () => ({}) };

type AllSeen = Readonly<Record<string, Seen<PartFacts>>>;

const secretState = (s: Seen<PartFacts>, path: string): SecretState | undefined =>
  s[`${SECRET}${path}`] as SecretState | undefined;

/** A kind that keeps files and units on every node as its part of the maintenance renders them. */
export function jobKind<Spec extends Placed>(part: Part<Spec>): Kind<Spec, PartFacts> {
  const { name, units } = part;

  function facts(spec: Spec): PartFacts {
    const files = part.files(spec);
    const secrets = files.filter(isSecret).map((f) => [`${SECRET}${f.path}`, secretFact(f)] as const);
    return {
      ...Object.fromEntries(secrets),
      files: filesFact(files),
      secrets: none,
      units: units.length > 0 ? unitsFact(units) : { ...none, parse: () => ({}) },
    };
  }

  const isThere = (spec: Spec, s: Seen<PartFacts>): boolean =>
    Object.keys(s.files).length > 0 ||
    part.files(spec).some((f) => isSecret(f) && (secretState(s, f.path) ?? "absent") !== "absent");

  function liveOn(known: Spec, s: Seen<PartFacts>): Spec {
    const { conf, secrets = {} } = part;
    const hidden = Object.entries(secrets).map(([property, path]) => {
      const state = secretState(s, path);
      const value = (known as Record<string, unknown>)[property];
      return [property, state === undefined || state === "same" ? value : "(another)"] as const;
    });
    const found = conf === undefined ? {} : parseConf(s.files[conf]?.text ?? "");
    const secret = Object.fromEntries(hidden.filter(([, value]) => value !== undefined));
    return { ...found, connections: known.connections, ...secret } as unknown as Spec;
  }

  function live(known: Spec, seen: AllSeen): Spec | undefined {
    const there = Object.values(seen).filter((s) => isThere(known, s));
    return there.length === 0
      ? undefined
      : overlay(
          known,
          there.map((s) => liveOn(known, s)),
        );
  }

  function plan(wanted: Spec, seen: AllSeen): Plan {
    const files = part.files(wanted);
    const steps = Object.entries(seen).flatMap(([node, s]) => {
      const due = files.filter((f) =>
        isSecret(f) ? secretState(s, f.path) !== "same" : !asWanted(f, s.files[f.path]),
      );
      const changed = due.some((f) => f.path.startsWith("/etc/systemd/system/"));
      const idle = units.some((u) => !s.units[u]?.enabled || !s.units[u]?.active || s.units[u]?.stale);
      return [
        ...due.map((f) => writeFile(node, f)),
        ...(units.length > 0 && (changed || idle) ? [takeUp(node, units)] : []),
      ];
    });
    return planOf([steps], `files and units of ${name} are as wanted`);
  }

  function remove(spec: Spec, seen: AllSeen): Plan {
    const paths = part.files(spec).map((f) => f.path);
    const all = [...units, ...(part.jobs ?? [])];
    const stop = sh`systemctl disable --now --quiet ${units} 2>/dev/null || true
systemctl stop ${all} 2>/dev/null || true`;
    return planOf(
      [
        Object.entries(seen)
          .filter(([, s]) => isThere(spec, s))
          .map(([node]) => ({
            node,
            reason: `take ${name} away`,
            command: {
              script: sh`${all.length > 0 ? stop : sh`:`}
${removeFiles(paths)}
${all.length > 0 ? sh`systemctl daemon-reload` : sh`:`}`,
            },
          })),
      ],
      `nothing of ${name} is there`,
    );
  }

  return {
    name,
    schema: part.schema,
    ...(part.rules ? { rules: part.rules } : {}),
    id: (spec) => `${Object.keys(spec.connections).join("+")}:${name.replace(/ /g, "-")}`,
    facts,
    live,
    plan,
    remove,
  };
}
