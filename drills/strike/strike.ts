import { setTimeout as sleep } from "node:timers/promises";
import { examine } from "../../tools/doctor/examine";
import { readCluster } from "../../tools/doctor/reading";
import type { Deployment } from "../../tools/status/deployment";
import { problems } from "../../tools/status/health";
import type { Status } from "../../tools/status/read";
import { activeNode, readStatus } from "../../tools/status/read";
import type { Action } from "../actions/action";
import type { Field } from "../actions/field";
import type { Watcher } from "../actions/perform";
import { perform } from "../actions/perform";
import type { Seen, Strike } from "../course";
import type { Fault, Sign } from "../faults/fault";
import { REDUNDANT_WITHIN } from "../faults/fault";
import type { NodeWatch } from "../invariants/watch";
import type { Ledger } from "../ledger";
import { now } from "../ledger/entry";
import type { DrillOptions } from "../options";
import type { Roles } from "../precheck";
import type { RestoreJournal } from "../restore/journal";
import type { Restored } from "../restore/restore";
import { debtsOf, restore } from "../restore/restore";
import { until } from "../wait";
import { bootsSeen } from "./boots";
import { shown } from "./signs";

/** The service has so long to come back if the deployment does not say how long it may take at worst. */
const SERVICE_SECONDS = 390;
const STATUS_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 3_000;
/** A write that was acknowledged so soon after the fault may have been on its way already. */
const IN_FLIGHT_MS = 1_000;

export interface Scene {
  readonly deployment: Deployment;
  readonly fault: Fault;
  readonly roles: Roles;
  readonly field: Field;
  readonly watches: readonly NodeWatch[];
  readonly ledger: Ledger;
  readonly journal: RestoreJournal;
  readonly options: DrillOptions;
}

/** From when redundancy is missed: from the fault on, or from its being taken back; where nothing is done, not while nothing was done. */
export const lacksSince = (fault: Fault, takenBack: boolean, injected: number): number =>
  takenBack || fault.does.length === 0 ? now() : injected;

/** One fault from its first action until the pair is whole again. */
export class Striking implements Watcher {
  private newest?: Status;

  constructor(private readonly s: Scene) {}

  get signal(): AbortSignal {
    return this.s.options.signal;
  }

  async sees(problem: RegExp, seconds: number, by: "status" | "doctor"): Promise<boolean> {
    const found = async (): Promise<readonly { readonly what: string }[]> =>
      by === "status" ? problems(await this.status()) : examine(await readCluster(this.s.deployment, ""));
    const look = async (): Promise<boolean> => (await found()).some((p) => problem.test(p.what));
    return until(look, now() + seconds * 1000, LOOK_EVERY_MS, this.signal);
  }

  async served(seconds: number): Promise<boolean> {
    const since = now();
    return until(() => this.wroteSince(since), since + seconds * 1000, 250, this.signal);
  }

  async run(): Promise<Strike> {
    const { fault, journal, field } = this.s;
    const injected = now();
    let restored: Restored | undefined;
    try {
      const trouble = await this.does(fault.does);
      const struck = now();
      const [signs, stayedDown] = await this.outcome(struck);
      const mended = await this.does(fault.expect.completes ?? []);
      await this.awaitService(fault.expect.completes?.length ? now() : struck);
      await this.awaitBoots(injected);
      await sleep((fault.expect.holds ?? 0) * 1000, undefined, { signal: this.signal });
      const handsOn = journal.open.some((d) => d.kind !== "power") || fault.expect.staysDown !== undefined;
      const ended = lacksSince(fault, handsOn, injected);
      if (handsOn) this.say("taking the fault back");
      restored = await restore(journal, field, (t) => this.say(t));
      const redundantAt = await this.awaitRedundancy(ended);
      const servedBy = activeNode(this.newest ?? (await this.status()));
      const why = trouble ?? mended;
      return {
        injected,
        struck,
        ...(why === undefined ? {} : { trouble: why }),
        signs,
        ...(stayedDown === undefined ? {} : { stayedDown }),
        ended,
        ...(redundantAt === undefined ? {} : { redundantAt }),
        ...(servedBy === undefined ? {} : { servedBy }),
        unrestored: restored.failed,
        switchedOn: restored.switchedOn,
      };
    } finally {
      // What could not be taken back once would only be waited for again.
      if (!restored) await restore(journal, field, (t) => this.say(t));
    }
  }

  private say(text: string): void {
    this.s.options.progress(text);
  }

  /** Does them in turn; an error ends it, and is given back in words. */
  private async does(actions: readonly Action[]): Promise<string | undefined> {
    const { field, journal } = this.s;
    for (const a of actions) {
      this.say(a.says);
      journal.owe(debtsOf(a.undo ?? [], field));
      try {
        await perform(a, field, this);
      } catch (e) {
        if ((e as Error).name === "AbortError") throw e;
        this.say((e as Error).message);
        return (e as Error).message;
      }
    }
    return undefined;
  }

  /** What the fault must show by itself, before anything is done about it. */
  private async outcome(struck: number): Promise<[Seen[], boolean | undefined]> {
    const { shows = [], staysDown } = this.s.fault.expect;
    const least = staysDown === undefined ? 0 : staysDown * 1000 - (now() - struck);
    const [signs] = await Promise.all([
      this.signs(shows, struck),
      sleep(Math.max(0, least), undefined, { signal: this.signal }),
    ]);
    if (staysDown === undefined) return [signs, undefined];
    const down = !this.wroteSince(struck);
    this.say(down ? `it has stayed down for ${((now() - struck) / 1000).toFixed(0)} s` : "it has not stayed down");
    return [signs, down];
  }

  private async signs(wanted: readonly Sign[], struck: number): Promise<Seen[]> {
    const found: Seen[] = [];
    for (const sign of wanted) {
      const { says, within, lasts = 0 } = sign;
      const there = async (): Promise<boolean> => shown(sign, problems(await this.status()), this.s.field.nodes);
      const looked = (check: () => Promise<boolean>, deadline: number): Promise<boolean> =>
        until(check, deadline, LOOK_EVERY_MS, this.signal);
      const began = await looked(there, struck + within * 1000);
      const after = (now() - struck) / 1000;
      const ended = began && lasts > 0 && (await looked(async () => !(await there()), now() + lasts * 1000));
      const came = began && !ended;
      const not = ended ? `did not say for ${lasts} s` : "does not say";
      this.say(`make status ${came ? "says" : not} that ${says}`);
      found.push({ says, within, ...(came ? { after } : {}) });
    }
    return found;
  }

  private wroteSince(since: number): boolean {
    return (this.s.ledger.lastOk ?? 0) > since + IN_FLIGHT_MS;
  }

  private async awaitService(since: number): Promise<void> {
    const { fault, roles, watches, deployment } = this.s;
    const { serves } = fault.expect;
    const server = serves === "either" ? undefined : watches.find((w) => w.node === roles[serves]);
    // The address may be there long before the server, and the former server may still take writes: what counts is written after both are seen.
    let ready = server === undefined ? since : undefined;
    const there = (): boolean => {
      const l = server?.latest;
      if (ready === undefined && l?.address && l.postmaster) ready = Math.max(since, now());
      return ready !== undefined && this.wroteSince(ready);
    };
    const seconds = Math.max(fault.expect.gapWithin ?? 0, deployment.worstCaseFailoverSeconds ?? SERVICE_SECONDS);
    const came = await until(there, since + seconds * 1000, 250, this.signal);
    this.say(came ? "writes are acknowledged" : "no write was acknowledged in time");
  }

  /** A fault that is taken back before its victim was fenced would not have been one. */
  private async awaitBoots(injected: number): Promise<void> {
    const { fenced, boots } = this.s.fault.expect;
    const { active, standby, together } = fenced ?? {};
    const booted = (node: string): boolean =>
      this.s.watches.some((w) => w.node === node && bootsSeen(w.samples, injected).length > 0);
    const { roles } = this.s;
    const wanted = [
      ...(boots ? [(): boolean => booted(roles[boots])] : []),
      ...((active?.[0] ?? 0) > 0 ? [(): boolean => booted(roles.active)] : []),
      ...((standby?.[0] ?? 0) > 0 ? [(): boolean => booted(roles.standby)] : []),
      ...((together?.[0] ?? 0) > 0 ? [(): boolean => booted(roles.active) || booted(roles.standby)] : []),
    ];
    if (wanted.length === 0) return;
    const came = await until(() => wanted.every((w) => w()), now() + REDUNDANT_WITHIN * 1000, 1_000, this.signal);
    this.say(came ? "the node has booted" : "nobody has booted in time");
  }

  private async awaitRedundancy(since: number): Promise<number | undefined> {
    const deadline = since + (this.s.fault.expect.redundantWithin ?? REDUNDANT_WITHIN) * 1000;
    // The samples cost the nodes nothing; crm_mon does, so it is asked only when they look right.
    const synced = (): boolean =>
      this.s.watches.every(
        ({ latest: l }) => l?.connection === "Connected" && l.disk === "UpToDate" && l.peerDisk === "UpToDate",
      );
    const progress = (text: string): void => this.say(`${((now() - since) / 1000).toFixed(0)} s: ${text}`);
    if (await until(synced, deadline, 1_000, this.signal)) progress("both disks are up to date");
    // Fail-counts expire or are cleared in the end; they take nothing from redundancy.
    const whole = async (): Promise<boolean> => problems(await this.status()).every((p) => p.kind === "failure");
    const came = await until(whole, deadline, STATUS_EVERY_MS, this.signal);
    progress(came ? "full redundancy" : "no full redundancy in time");
    return came ? now() : undefined;
  }

  private async status(): Promise<Status> {
    this.newest = await readStatus(this.s.deployment);
    return this.newest;
  }
}
