import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseSimulation } from "../../../providers/pacemaker/simulate";
import type { Simulation } from "../../../providers/pacemaker/simulate";
import type { Xml } from "../../../providers/pacemaker/xml";
import { child, parseXml } from "../../../providers/pacemaker/xml";

/** The Pacemaker that is asked. */
export interface Pacemaker {
  /** Root directory that has its packages; empty: this machine. */
  readonly root: string;
  /** The schema that its CIBs have. */
  readonly schema: string;
  /** 3.0.0 loses everything after an injected event in its XML output: it is asked in two runs. */
  readonly losesAfterEvents: boolean;
}

const version = /^Pacemaker (\d+)/.exec(spawnSync("crm_mon", ["--version"], { encoding: "utf8" }).stdout ?? "")?.[1];

/** Of Debian 12, or of Debian 13 where the tests run in a root of that (`make offline-in`). */
export const INSTALLED: Pacemaker =
  version === "3"
    ? { root: "", schema: "pacemaker-4.0", losesAfterEvents: true }
    : { root: "", schema: "pacemaker-3.9", losesAfterEvents: false };

/** Those that a running cluster of that version may have; how it upgrades older ones is not our business. */
export const SCHEMAS: readonly string[] =
  version === "3" ? ["pacemaker-4.0", "pacemaker-3.9"] : ["pacemaker-3.9", "pacemaker-3.6", "pacemaker-3.0"];

/** What Pacemaker decided, in words (see `Expected`). */
export interface Decision {
  readonly announced: readonly string[];
  /** In the order of execution. */
  readonly executed: readonly string[];
  /** By an action's words, with the interval of a recurring monitor. */
  readonly carried: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By an action's words: those of all that it waits for, directly or not. */
  readonly behind: Readonly<Record<string, readonly string[]>>;
}

export interface Question {
  readonly cib: string;
  /** Options of crm_simulate. */
  readonly events: readonly string[];
  /** Where the CIB with the events may be written. */
  readonly happened: string;
  /** Where the graph is to be written; without it nothing is known of what the actions carry. */
  readonly graph?: string;
}

export interface Answer {
  readonly simulation: string;
  readonly graph?: string;
}

interface Action {
  readonly words: string;
  readonly after: readonly string[];
  readonly carried: Readonly<Record<string, string>>;
}

const seconds = (ms: string | undefined): string => `${Number(ms ?? 0) / 1_000}s`;

/** `CRM_meta_timeout="20000"` as `timeout: 20s`, agents' parameters as they are. */
function carriedBy(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const plain = (name: string): string => name.replace(/^CRM_meta_/, "");
  return Object.fromEntries(
    Object.entries(attributes).map(([k, v]) => [plain(k), plain(k) === "timeout" ? seconds(v) : v]),
  );
}

function wordsOf({ name, attrs: a, children }: Xml): string {
  if (name === "crm_event" && a["operation"] === "stonith") return `fence ${a["on_node"]}`;
  const id = children.find((c) => c.name === "primitive")?.attrs["id"];
  if (name === "pseudo_event" || id === undefined) return "";
  const interval = /_(\d+)$/.exec(a["operation_key"] ?? "")?.[1] ?? "0";
  return `${a["operation"]} ${id} ${a["on_node"]}${interval === "0" ? "" : ` ${seconds(interval)}`}`;
}

/** The actions of a transition graph by id, each with those that it waits for. */
function actionsOf(graph: Xml): Map<string, Action> {
  const actions = new Map<string, Action>();
  for (const synapse of graph.children) {
    const [action] = child(synapse, "action_set")?.children ?? [];
    if (!action) continue;
    const after = (child(synapse, "inputs")?.children ?? []).flatMap((t) => t.children.map((x) => x.attrs["id"] ?? ""));
    const carried = carriedBy(child(action, "attributes")?.attrs ?? {});
    const words = wordsOf(action);
    // The cluster's time limit stands in one place for all fencings.
    const limit: Record<string, string> = words.startsWith("fence ")
      ? { timeout: graph.attrs["stonith-timeout"] ?? "" }
      : {};
    actions.set(action.attrs["id"] ?? "", { words, after, carried: { ...carried, ...limit } });
  }
  return actions;
}

/** Words of what waits for a fencing, directly or not, and of the fencing itself. */
function behindFencing(actions: ReadonlyMap<string, Action>): Set<string> {
  const behind = new Map<string, boolean>();
  const waits = (id: string): boolean => {
    const known = behind.get(id);
    if (known !== undefined) return known;
    behind.set(id, false);
    const a = actions.get(id);
    const is = a !== undefined && (a.words.startsWith("fence ") || a.after.some(waits));
    behind.set(id, is);
    return is;
  };
  const words = [...actions].filter(([id]) => waits(id)).map(([, a]) => a.words);
  return new Set([...words, ...words.map((w) => w.replace(/ [0-9.]+s$/, ""))]);
}

/** Words of all that an action waits for, directly or not. */
function awaited(actions: ReadonlyMap<string, Action>, of: Action): string[] {
  const seen = new Set<string>();
  const visit = (a: Action): void =>
    a.after.forEach((id) => {
      const next = actions.get(id);
      if (next === undefined || seen.has(id)) return;
      seen.add(id);
      visit(next);
    });
  visit(of);
  return [...seen].flatMap((id) => actions.get(id)?.words || []);
}

/** What cannot be done is not announced. */
function announced(s: Simulation): string[] {
  return s.actions
    .filter((a) => a.blocked !== true)
    .map((a) =>
      a.action.startsWith("Fence") ? `${a.action} ${a.target}` : `${a.action} ${a.target} ${a.to ?? a.from}`,
    );
}

const executed = (s: Simulation): string[] =>
  s.executed.map((e) => (e.operation === "fence" ? `fence ${e.target}` : `${e.operation} ${e.target} ${e.node}`));

/** @param fencingFails leaves out what would wait for a fencing for ever; announced is then the fencing alone */
export function decision({ simulation, graph }: Answer, fencingFails: boolean): Decision {
  const sim = parseSimulation(simulation);
  const actions = graph === undefined ? new Map<string, Action>() : actionsOf(parseXml(graph));
  const never = fencingFails ? behindFencing(actions) : new Set<string>();
  const known = [...actions.values()].filter((a) => a.words !== "");
  return {
    announced: announced(sim).filter((words) => !fencingFails || words.startsWith("Fence ")),
    executed: executed(sim).filter((words) => !never.has(words)),
    carried: Object.fromEntries(known.map((a) => [a.words, a.carried])),
    behind: Object.fromEntries(known.map((a) => [a.words, awaited(actions, a)])),
  };
}

/** @throws Error with what the tool said when it refuses */
export function simulate(p: Pacemaker, args: readonly string[]): Promise<string> {
  const inside = args.map((a) => a.replace(p.root, ""));
  const [command, ...first] = p.root === "" ? ["crm_simulate"] : ["chroot", p.root, "crm_simulate"];
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, LC_ALL: "C" }, maxBuffer: 16 << 20 };
    execFile(command as string, [...first, "--simulate", ...inside], options, (error, out, err) =>
      error
        ? reject(new Error(/<status [^>]*message="([^"]*)"/.exec(out)?.[1] ?? (err.trim() || error.message)))
        : resolve(out),
    );
  });
}

const isEvent = (option: string): boolean => !option.startsWith("--op-fail=");

export async function ask(p: Pacemaker, { cib, events, happened, graph }: Question): Promise<Answer> {
  const injected = events.filter(isEvent);
  const two = p.losesAfterEvents && injected.length > 0;
  if (two) await simulate(p, [`--xml-file=${cib}`, `--save-input=${happened}`, "--quiet", ...injected]);
  const simulation = await simulate(p, [
    `--xml-file=${two ? happened : cib}`,
    "--output-as=xml",
    ...(graph === undefined ? [] : [`--save-graph=${graph}`]),
    ...(two ? events.filter((o) => !isEvent(o)) : events),
  ]);
  return graph === undefined ? { simulation } : { simulation, graph: readFileSync(graph, "utf8") };
}
