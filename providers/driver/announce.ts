import { connect } from "node:net";
import type { AnyKind, Placed } from "../kind";
import type { Connection } from "../remote";
import { roundTrips } from "../remote";
import type { Plan } from "../step";
import { steps } from "../step";
import { hasUnknown, UNKNOWN } from "../unknown";
import { effectsOf, howTo, missing, wordOf } from "./consent";
import { foresee, told } from "./effects";
import { Measure, specOf } from "./lifecycle";
import { runHere } from "./local";
import { titleOf } from "./progress";
import { read } from "./read";

type Props = Record<string, unknown>;

/** What a person is told before a change. */
export interface Announcement {
  /** Empty where there is nothing to say, as on machines that are not made yet. */
  readonly lines: readonly string[];
  /** Whether the change is refused as things are: it needs consent that nobody gave. */
  readonly refused: boolean;
}

const QUIET: Announcement = { lines: [], refused: false };
const only = (line: string): Announcement => ({ lines: [line], refused: false });

/** A machine whose sshd says nothing in this time is told as unreachable; an announcement is no place to wait. */
const REACH_MS = 4_000;

const reachable = ({ host, port }: Connection): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (yes: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(yes);
    };
    const timer = setTimeout(() => end(false), REACH_MS);
    // Its greeting, and not the mere connection, which whatever stands in between may give.
    socket.once("data", (d) => end(d.toString().startsWith("SSH-")));
    socket.once("error", () => end(false)).once("close", () => end(false));
  });

/** What a preview does not know yet is taken as it was, as far as it was anything; `assumed` gets the names. */
function assume(now: unknown, before: unknown, path: string, assumed: string[]): unknown {
  if (now === UNKNOWN) {
    if (before === undefined || hasUnknown(before)) return UNKNOWN;
    assumed.push(path);
    return before;
  }
  if (Array.isArray(now)) {
    const old = Array.isArray(before) ? before : [];
    return now.map((v, i) => assume(v, old[i], `${path}[${i}]`, assumed));
  }
  if (now === null || typeof now !== "object") return now;
  const old = (before !== null && typeof before === "object" ? before : {}) as Props;
  return Object.fromEntries(
    Object.entries(now).map(([k, v]) => [k, assume(v, old[k], path ? `${path}.${k}` : k, assumed)]),
  );
}

const indented = (text: string): string => `  ${text}`;

/** Every step with its node, its reason, what it does to what runs, and what was said about it. */
function stepLines(p: Plan): string[] {
  return steps(p).flatMap((s) => [`${s.node}: ${s.reason}${told(s)}`, ...(s.words ?? []).map(indented)]);
}

/** Which consent there is, or what is missing and how to give it. */
function consentLines(p: Plan): { lines: string[]; refused: boolean } {
  const needed = effectsOf(p).filter((e) => e.service);
  if (needed.length === 0) return { lines: [], refused: false };
  const lack = missing(p);
  if (lack.length === 0) return { lines: [`consent is given: ${needed.map(wordOf).join(" ")}`], refused: false };
  const names = lack.map((e) => `${e.danger} ${e.resource}`).join(", ");
  return { lines: [`REFUSED without consent: ${names}`, `consent with ${howTo(lack)}`], refused: true };
}

async function rehearsed(kind: AnyKind, title: string, away: readonly string[], old: unknown, wanted: Placed) {
  const why = `${away.join(" and ")} ${away.length === 1 ? "does" : "do"} not answer`;
  if (!kind.rehearse || old === undefined) return only(`${title}: ${why}: it is not known what the change will do`);
  try {
    const fact = kind.rehearse(old, wanted);
    const { effects, words } = fact.parse(await runHere(fact.command));
    const risky = effects.filter((e) => e.service).map(wordOf);
    const consent = risky.length > 0 ? [`on a cluster that serves it will need consent: ${risky.join(" ")}`] : [];
    return {
      lines: [
        `${title}: ${why}: simulated here on a healthy cluster made from the old configuration`,
        ...[...words, ...consent].map(indented),
      ],
      refused: false,
    };
  } catch (e) {
    return only(`${title}: ${why}, and it was not simulated here either: ${(e as Error).message}`);
  }
}

/** The plan that `create` or `update` would run as things are now, by the same function. */
async function planned(kind: AnyKind, title: string, spec: Placed, measure: Measure): Promise<Plan> {
  const seen = await read(kind, spec);
  const p = await foresee(title, kind.plan(spec, seen), spec.connections);
  measure.end("announce");
  return p;
}

/**
 * Tells what a change would do, by reading the nodes once and asking the same planner as the change itself: one round trip per node, and one more where only a node
 * can foresee the effect. Never changes anything and never waits for a machine.
 * @param old inputs in the state; undefined where the object is to be made
 * @param news inputs as the preview knows them, unknown values marked
 */
export async function announce(kind: AnyKind, old: Props | undefined, news: Props): Promise<Announcement> {
  if (kind.harmless) return QUIET;
  const before = old === undefined ? undefined : specOf(old as Props & Placed);
  const assumed: string[] = [];
  const wanted = assume(specOf(news as Props & Placed), before, "", assumed) as Props & Placed;
  if (hasUnknown(wanted))
    return old === undefined
      ? QUIET
      : only(`${kind.name}: it depends on what is not known yet: it is not foreseen what the change will do`);
  const spec = kind.schema.parse(wanted) as Props & Placed;
  const title = titleOf(kind, spec);
  const answers = await Promise.all(
    Object.entries(spec.connections).map(async ([n, c]) => [n, await reachable(c)] as const),
  );
  const away = answers.filter(([, yes]) => !yes).map(([n]) => n);
  if (away.length > 0) {
    if (old === undefined) return QUIET;
    const was = kind.schema.safeParse(before);
    return rehearsed(kind, title, away, was.success ? was.data : undefined, spec);
  }
  const measure = new Measure(kind, kind.id(spec), spec);
  const note = assumed.length > 0 ? [`taken as it was, as it is not known yet: ${assumed.join(", ")}`] : [];
  try {
    const p = await roundTrips.run(measure.trips, () => planned(kind, title, spec, measure));
    if (p.stages.length === 0)
      return { lines: [`${title}: nothing to do on the nodes: ${p.why}`, ...note.map(indented)], refused: false };
    const consent = consentLines(p);
    const lines = [...stepLines(p), ...consent.lines, ...note].map(indented);
    return { lines: [`${title}:`, ...lines], refused: consent.refused };
  } catch (e) {
    // What is made for the first time may need what is made before it.
    const how =
      old === undefined ? "as long as nothing else is made, it would fail" : "as things are now it would fail";
    return only(`${title}: ${how}: ${(e as Error).message}`);
  }
}
