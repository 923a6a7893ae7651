import { untilSettled } from "@qvd-ha/providers/dist/pacemaker/stop";
import type { Answer, Sh } from "@qvd-ha/providers/dist/remote";
import { sh } from "@qvd-ha/providers/dist/remote";
import { ask } from "../cli/ask";
import { Refused } from "../cli/stack";
import type { Status } from "../status/read";
import { view } from "../status/read";
import type { Change, Foretold } from "./change";
import { foretelling, foretold } from "./change";
import { interruptions, lacking, words } from "./consent";
import type { Hands } from "./hands";

/** Everything was told, and nothing done, as it was asked for. */
export class Previewed extends Error {
  override name = "Previewed";
}

export interface WorkOptions {
  /** The verb, as a person types it. */
  readonly verb: string;
  /** Tell only what would be done. */
  readonly preview?: boolean;
  say(text: string): void;
}

const EVERY_SECONDS = 3;

/** What every verb is made of: look, refuse, foretell, be agreed with, do, wait. */
export class Work {
  constructor(
    readonly hands: Hands,
    private readonly options: WorkOptions,
  ) {}

  say(text: string): void {
    this.options.say(text);
  }

  look(): Promise<Status> {
    return this.hands.status();
  }

  /** @throws Refused with every reason */
  refuse(reasons: readonly string[]): void {
    if (reasons.length === 0) return;
    throw new Refused(
      [`${this.options.verb}: refused, nothing was touched:`, ...reasons.map((r) => `- ${r}`)].join("\n"),
    );
  }

  /** Before anything is done that was not agreed to by `agree`. @throws Previewed where only a preview was asked for */
  begin(what: string): void {
    if (!this.options.preview) return;
    this.say(what);
    throw new Previewed(`${this.options.verb}: nothing was done`);
  }

  /** The node to give Pacemaker's commands to: the one that leads, or any that has quorum. */
  async spokesman(avoid?: string): Promise<string> {
    const s = await this.look();
    const dc = view(s)?.dc;
    const candidates = this.hands.nodes.filter((n) => {
      const r = s.nodes[n];
      return r?.reachable === true && r.cluster?.quorum === true && n !== avoid;
    });
    const found = candidates.find((n) => n === dc) ?? candidates[0];
    if (found === undefined)
      throw new Refused(`${this.options.verb}: no node with quorum answers: nothing was touched`);
    return found;
  }

  async foretell(c: Change): Promise<Foretold> {
    const node = await this.spokesman();
    const status = view(await this.look());
    return foretold(c, await this.hands.run(node, foretelling(c)), status);
  }

  /** Tells what comes of it, and goes on only if that is agreed to. @throws Refused, Previewed */
  async agree(c: Change): Promise<Foretold> {
    const f = await this.foretell(c);
    this.say(`${c.says}:`);
    for (const w of f.words) this.say(`  ${w}`);
    const all = interruptions(f.effects, f.configuration);
    if (all.length > 0) this.say(`  the service is interrupted: ${words(all)}`);
    if (this.options.preview) throw new Previewed(`${this.options.verb}: nothing was done`);
    const lack = lacking(all, f.configuration);
    if (lack.length > 0) {
      const how = `make ${this.options.verb} CONSENT="${words(lack)}"`;
      const answer = await ask(
        `Agree to that? (yes): `,
        `${this.options.verb}: this interrupts a service that runs, and needs consent; nothing was touched: ${how}`,
      );
      if (answer !== "yes")
        throw new Refused(`${this.options.verb}: not agreed to ("${answer}" is not yes): nothing was touched`);
    }
    return f;
  }

  /** A command that must succeed. */
  async must(node: string, script: Sh, what: string, timeoutSeconds = 60, lasting?: string): Promise<string> {
    const a = await this.hands.run(node, { script, timeoutSeconds }, lasting);
    if (a.code !== 0) throw this.failure(node, what, a);
    return a.stdout;
  }

  private failure(node: string, what: string, a: Answer): Error {
    return new Error(
      `${node}: ${what} failed: ${(a.stderr || a.stdout).trim().slice(-800) || `exit status ${a.code}`}`,
    );
  }

  /** Does it, and waits until the cluster has acted on it. Whoever wants to be agreed with has asked before. */
  async apply(c: Change): Promise<void> {
    const node = await this.spokesman();
    const a = await this.hands.run(node, {
      script: c.script,
      timeoutSeconds: 300,
      ...(c.stdin === undefined ? {} : { stdin: c.stdin }),
    });
    if (a.code !== 0) throw this.failure(node, c.says, a);
    if (a.stdout.trim() !== "") this.say(a.stdout.trim());
    this.say(`${c.says}: the cluster is at work`);
    const settled = await this.hands.run(node, untilSettled);
    if (settled.code !== 0) this.say(`the cluster does not settle: ${settled.stderr.trim()}`);
  }

  /** @throws Error with the last word on what it waits for */
  async until(what: string, seconds: number, left: (s: Status) => readonly string[]): Promise<Status> {
    const deadline = Date.now() + seconds * 1000;
    let told = "";
    for (;;) {
      const s = await this.look();
      const open = left(s);
      if (open.length === 0) return s;
      const text = open.slice(0, 3).join("; ");
      if (text !== told) this.say(`waiting until ${what}: ${(told = text)}`);
      if (Date.now() > deadline)
        throw new Error(
          `${this.options.verb}: not ${what} within ${seconds} s: ${open.join("; ")}. See make doctor, then repeat`,
        );
      await this.hands.pause(EVERY_SECONDS);
    }
  }
}

/** An attribute of a node in the configuration; empty where it has none. */
export async function attribute(w: Work, node: string, name: string): Promise<string> {
  const on = await w.spokesman();
  const a = await w.hands.run(on, {
    script: sh`crm_attribute --node ${node} --name ${name} --query --quiet 2>/dev/null || true`,
  });
  return a.stdout.trim();
}

export const setAttribute = (node: string, name: string, value: string): Sh =>
  sh`crm_attribute --node ${node} --name ${name} --update ${value}`;
export const dropAttribute = (node: string, name: string): Sh =>
  sh`crm_attribute --node ${node} --name ${name} --delete`;
