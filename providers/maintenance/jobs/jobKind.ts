import type { z } from "zod";
import type { Fact, Seen } from "../../fact";
import type { Finding, Kind, Placed } from "../../kind";
import { overlay } from "../../overlay";
import { lines, sh } from "../../remote";
import type { Sh } from "../../remote";
import type { Plan, Step } from "../../step";
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
  readonly conf?: string | ((spec: Spec) => string);
  /** Units that are enabled and run, and those that only they start. */
  readonly units: readonly string[];
  readonly jobs?: readonly string[];
  /** Properties that are secrets, by the path of the file that holds each. */
  readonly secrets?: Readonly<Record<string, string>> | ((spec: Spec) => Readonly<Record<string, string>>);
  /** What it has noted that goes with it, where it is: on the replicated disk, on the node that has it. */
  notes?(spec: Spec): readonly string[];
  /** What must be so on every node beside files and units. */
  conditions?(spec: Spec): readonly Condition[];
}

/** Something on a node that is no file of ours. */
export interface Condition {
  /** Why it is made so; where it cannot be made, what is wrong. */
  readonly reason: string;
  /** Ends well where it is so. */
  readonly holds: Sh;
  /** Makes it so; where there is nothing, the plan is refused with `reason`. */
  readonly make?: Sh;
  readonly timeoutSeconds?: number;
  /** Whether it needs the files and units. Default: it comes before them. */
  readonly last?: true;
}

export interface PartFacts {
  readonly [name: string]: Fact<unknown>;
  readonly files: Fact<FoundFiles>;
  readonly secrets: Fact<unknown>;
  readonly units: Fact<UnitStates>;
  /** Which of the conditions hold, in their order. */
  readonly conditions: Fact<readonly boolean[]>;
}

const SECRET = "secret ";
const none: Fact<unknown> = { command: { script: sh`:` }, parse: () => ({}) };

const conditionsFact = (conditions: readonly Condition[]): Fact<readonly boolean[]> => ({
  command: {
    script: lines(
      sh`:`,
      ...conditions.map((c) => sh`if ( ${c.holds} ) </dev/null >/dev/null 2>&1; then echo yes; else echo no; fi`),
    ),
  },
  parse: ({ stdout }) =>
    stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line === "yes"),
});

type AllSeen = Readonly<Record<string, Seen<PartFacts>>>;

const secretState = (s: Seen<PartFacts>, path: string): SecretState | undefined =>
  s[`${SECRET}${path}`] as SecretState | undefined;

/** A kind that keeps files and units on every node as its part of the maintenance renders them. */
export function jobKind<Spec extends Placed>(part: Part<Spec>): Kind<Spec, PartFacts> {
  const { name, units } = part;
  const conditionsOf = (spec: Spec): readonly Condition[] => part.conditions?.(spec) ?? [];

  function facts(spec: Spec): PartFacts {
    const files = part.files(spec);
    const secrets = files.filter(isSecret).map((f) => [`${SECRET}${f.path}`, secretFact(f)] as const);
    return {
      ...Object.fromEntries(secrets),
      files: filesFact(files),
      secrets: none,
      units: units.length > 0 ? unitsFact(units) : { ...none, parse: () => ({}) },
      conditions: conditionsFact(conditionsOf(spec)),
    };
  }

  const isThere = (spec: Spec, s: Seen<PartFacts>): boolean =>
    Object.keys(s.files).length > 0 ||
    part.files(spec).some((f) => isSecret(f) && (secretState(s, f.path) ?? "absent") !== "absent");

  function liveOn(known: Spec, s: Seen<PartFacts>): Spec {
    const conf = typeof part.conf === "function" ? part.conf(known) : part.conf;
    const secrets = (typeof part.secrets === "function" ? part.secrets(known) : part.secrets) ?? {};
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

  /** @throws where one does not hold that no step of ours can mend, before anything is touched */
  function mend(node: string, spec: Spec, s: Seen<PartFacts>, last: boolean): Step[] {
    const due = conditionsOf(spec).filter((_c, i) => s.conditions[i] === false);
    const hopeless = due.filter((c) => c.make === undefined).map((c) => c.reason);
    if (hopeless.length > 0) throw new Error(`${node}: ${hopeless.join("; ")}. Nothing was touched.`);
    return due
      .filter((c) => (c.last ?? false) === last)
      .map(({ reason, make, timeoutSeconds }) => ({
        node,
        reason,
        command: { script: make as Sh, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) },
      }));
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
        ...mend(node, wanted, s, false),
        ...due.map((f) => writeFile(node, f)),
        ...(units.length > 0 && (changed || idle) ? [takeUp(node, units)] : []),
        ...mend(node, wanted, s, true),
      ];
    });
    return planOf([steps], `files and units of ${name} are as wanted`);
  }

  function remove(spec: Spec, seen: AllSeen): Plan {
    const paths = [...part.files(spec).map((f) => f.path), ...(part.notes?.(spec) ?? [])];
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
    programs: (spec) =>
      part.files(spec).flatMap(({ mode, content }) => (mode === "755" && typeof content === "string" ? [content] : [])),
    facts,
    live,
    plan,
    remove,
  };
}
