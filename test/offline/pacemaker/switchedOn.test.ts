import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { classify } from "../../../providers/corosync/classes";
import { keysOf } from "../../../providers/corosync/keys";
import { render } from "../../../providers/corosync/render";
import { schema as corosyncSchema } from "../../../providers/corosync/spec";
import { wordOf } from "../../../providers/driver/consent";
import { runHere } from "../../../providers/driver/local";
import { rehearse } from "../../../providers/pacemaker/rehearse";
import type { Parameter } from "../../../providers/postgres/meaning";
import { needRestart } from "../../../providers/postgres/meaning";
import { os } from "../../../providers/os";
import type { Registered } from "../../unit/components/graph";
import type { Keys } from "./development";
import { configurationIn, registered } from "./development";

/**
 * What it means to switch on, or off, what a stack may have beside the standard: which objects of the program change by it, what Pacemaker's own scheduler says of
 * a healthy cluster that gets the new configuration, how Corosync takes it, and which settings the real server takes up at its start only. The announcement of a preview
 * is made of these. It proves nothing about agents, nor about nodes that are not healthy.
 */
interface Row {
  readonly name: string;
  /** Keys beside the stack `dev`, before and after. */
  readonly from?: Keys;
  readonly to: Keys;
  /** `+` new, `-` gone, `~` changed. What awaits a primitive goes with the configuration, and has no place here. */
  readonly objects: readonly string[];
  /** Words of consent, in brackets where none is needed. */
  readonly effects: readonly string[];
  /** Parts of Pacemaker's words that must be there. */
  readonly words: readonly string[];
  /** How a running Corosync takes it. Default: it is not asked to. */
  readonly corosync?: string;
  /** Settings that want a restart of the server. Default: none. */
  readonly restarts?: readonly string[];
  readonly why: string;
}

const rows = JSON.parse(readFileSync(join(__dirname, "switchedOn.json"), "utf8")) as readonly Row[];

const OURS = "pulumi-nodejs:dynamic/";
const objects = (made: readonly Registered[]): Map<string, string> =>
  new Map(
    made
      .filter((r) => r.type.startsWith(OURS) && !r.type.endsWith(":Started"))
      .map((r) => [`${r.type.slice(OURS.length)} ${r.name}`, JSON.stringify(r.inputs)]),
  );

function differences(from: readonly Registered[], to: readonly Registered[]): string[] {
  const [old, now] = [objects(from), objects(to)];
  const all = [...new Set([...old.keys(), ...now.keys()])].filter((k) => old.get(k) !== now.get(k));
  return all.map((k) => `${old.has(k) ? (now.has(k) ? "~" : "-") : "+"}${k}`).sort();
}

/** The mark by which the engine knows a secret on the wire. */
const SECRET = "4dabf18193072939515e22adb298388d";
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if (SECRET in value) return plain((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
};
const inputs = (made: readonly Registered[], type: string): Record<string, unknown> =>
  plain(made.find((r) => r.type === `${OURS}${type}`)?.inputs) as Record<string, unknown>;

/** The file's keys, as the daemon has them; those that differ. */
function corosyncKeys(made: readonly Registered[]): Readonly<Record<string, string>> {
  const { __provider: _p, programs: _q, ...spec } = inputs(made, "corosync:Membership");
  const { address: _a, ...ours } = spec as { address?: unknown };
  return keysOf(render(corosyncSchema.parse({ ...ours, authkey: Buffer.alloc(256, 1).toString("base64") })));
}

/** What the real server says of its settings, running with its defaults. */
function parameters(): Readonly<Record<string, Parameter>> {
  const text = execFileSync(join(os("debian12").postgres.binDir, "postgres"), ["--describe-config"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const [name = "", context = "", , type = "", fallback = ""] = line.split("\t");
      return name
        ? [[name, { unit: null, type: type.toLowerCase(), default: fallback, context, running: fallback }]]
        : [];
    }),
  );
}

describe.each(rows.map((r) => [r.name, r] as const))("%s", (_name, row) => {
  let from: Registered[];
  let to: Registered[];
  beforeAll(async () => {
    from = await registered(row.from);
    to = await registered(row.to);
  }, 60_000);

  test("changes these objects, and no other", () => expect(differences(from, to)).toEqual(row.objects));

  test("does this to what runs, in Pacemaker's words", async () => {
    const fact = rehearse(configurationIn(from), configurationIn(to));
    const { effects, words } = fact.parse(await runHere(fact.command));
    expect(effects.map((e) => (e.service ? wordOf(e) : `(${wordOf(e)})`))).toEqual(row.effects);
    expect(row.words.length).toBeGreaterThan(0);
    for (const w of row.words) expect(words.join("\n")).toContain(w);
  });

  test("is taken by Corosync and by the server as it says", () => {
    const [old, now] = [corosyncKeys(from), corosyncKeys(to)];
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((k) => old[k] !== now[k]);
    expect(classify(keys)).toBe(row.corosync ?? "none");
    const settings = (made: readonly Registered[]): Record<string, string> =>
      inputs(made, "postgres:DataDirectory").settings as Record<string, string>;
    const changed = Object.fromEntries(
      Object.entries(settings(to)).filter(([name, value]) => settings(from)[name] !== value),
    );
    expect(needRestart(changed, {}, parameters())).toEqual(row.restarts ?? []);
    expect(row.why).toMatch(/^[A-Z].{10,}\.$/);
  });
});
