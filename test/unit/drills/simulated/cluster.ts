import type { Command } from "../../../../providers/remote";
import type { Row } from "../../../../drills/ledger/entry";
import type { Session } from "../../../../drills/ledger/session";
import { now } from "../../../../drills/ledger/entry";
import type { RawSample } from "../../../../drills/invariants/sample";

/** A node that runs the cluster has always said something. */
const STARTED = "corosync[7]:   [MAIN  ] Corosync Cluster Engine starting up";
const NAMES = ["a", "b"] as const;
type Name = (typeof NAMES)[number];

interface Machine {
  on: boolean;
  booted: number;
  stream: number;
  /** Scripts that ran on it. */
  readonly ran: string[];
}

/** How this cluster behaves; by default as it should. Times in milliseconds. */
export interface Behaviour {
  /** From the death of a node to its fencing. */
  readonly fenceAfter?: number;
  readonly bootMs?: number;
  /** The fence device answers only while this holds. */
  readonly fenceable?: (c: SimulatedCluster) => boolean;
  /** The device says yes, and does nothing. */
  readonly lies?: boolean;
  /** Whether the alerts are on. */
  readonly alerts?: boolean;
  /** They are on, and say nothing. */
  readonly silent?: boolean;
  /** Scripts with these words fail, and say so. */
  readonly lacks?: string;
  /** Its log cannot be read. */
  readonly unlogged?: Name;
  /** Acknowledged writes vanish when the service moves. */
  readonly forgets?: boolean;
}

/**
 * A pair that behaves as a behaviour says. It stands in for guests in tests of the drill's own course: it proves nothing about Pacemaker, DRBD
 * or PostgreSQL.
 */
export class SimulatedCluster {
  readonly machines: Record<Name, Machine> = { a: machine(), b: machine() };
  serving: Name | undefined = "a";
  rows: Row[] = [];
  unclean?: Name;
  healthy = true;
  private readonly began = now();
  private readonly log: { readonly node: Name; readonly at: number; readonly line: string }[] = [];
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(private readonly behaviour: Behaviour = {}) {
    for (const n of NAMES) this.logs(n, STARTED);
  }

  end(): void {
    this.timers.forEach(clearTimeout);
  }

  private later(ms: number, what: () => void): void {
    this.timers.push(setTimeout(what, ms));
  }

  virsh(node: Name, verb: string): void {
    const m = this.machines[node];
    if (verb === "start") {
      if (m.on) throw new Error("domain is already running");
      return this.boot(node);
    }
    if (!m.on) throw new Error("domain is not running");
    this.die(node);
  }

  private die(node: Name): void {
    this.machines[node].on = false;
    if (this.serving === node) this.serving = undefined;
    this.unclean = node;
    if (this.behaviour.alerts && !this.behaviour.silent)
      this.logs(node === "a" ? "b" : "a", "qvd-ha[8]: it is lost and was not fenced");
    this.later(this.behaviour.fenceAfter ?? 500, () => this.fence(node));
  }

  private fence(node: Name): void {
    if (this.behaviour.fenceable?.(this) === false) return this.later(200, () => this.fence(node));
    const survivor = node === "a" ? "b" : "a";
    const said = `notice: Peer ${node} was terminated (reboot) by ${survivor} on behalf of x: OK`;
    this.logs(survivor, `pacemaker-controld[9]: ${said}`);
    this.unclean = undefined;
    if (this.behaviour.forgets) this.rows = this.rows.slice(0, -20);
    this.serving ??= survivor;
    if (!this.behaviour.lies) this.boot(node);
  }

  private logs(node: Name, text: string): void {
    const at = (this.uptime(node) / 1000).toFixed(6);
    this.log.push({ node, at: now(), line: `[${at.padStart(12)}] ${node} ${text}` });
  }

  private boot(node: Name): void {
    this.later(this.behaviour.bootMs ?? 500, () => {
      const m = this.machines[node];
      if (m.on) return;
      m.on = true;
      m.booted = now();
      m.stream++;
      this.logs(node, STARTED);
      this.serving ??= this.unclean === undefined ? node : undefined;
    });
  }

  private uptime(node: Name): number {
    const { booted } = this.machines[node];
    return booted === 0 ? now() - this.began + 100_000 : now() - booted + 5_000;
  }

  sample(node: Name): RawSample | undefined {
    const m = this.machines[node];
    if (!m.on) return undefined;
    const serves = this.serving === node;
    const whole = this.machines.a.on && this.machines.b.on;
    return {
      node,
      stream: m.stream,
      arrived: now(),
      uptime: this.uptime(node),
      clock: now(),
      connection: whole ? "Connected" : "WFConnection",
      role: serves ? "Primary" : "Secondary",
      disk: "UpToDate",
      peerDisk: whole ? "UpToDate" : "DUnknown",
      mounted: serves,
      postmaster: serves,
      address: serves,
    };
  }

  problems(): { kind: string; what: string }[] {
    const off = NAMES.filter((n) => !this.machines[n].on);
    return [
      ...(this.healthy ? [] : [{ kind: "cluster", what: "maintenance mode is on" }]),
      ...off.map((n) => ({ kind: "node", what: `${n} is offline` })),
      ...(this.unclean ? [{ kind: "node", what: `${this.unclean} is unclean: it waits to be fenced` }] : []),
    ];
  }

  run(node: Name, commands: readonly Command[]): { code: number; stdout: string; stderr: string }[] {
    const m = this.machines[node];
    if (!m.on) throw new Error(`${node} does not answer`);
    return commands.map(({ script }) => {
      const { lacks } = this.behaviour;
      if (lacks !== undefined && script.text.includes(lacks)) return { code: 1, stdout: "", stderr: `no ${lacks}\n` };
      m.ran.push(script.text);
      const log = this.log.filter((l) => l.node === node && l.at >= m.booted).map((l) => l.line);
      if (script.text.includes("journalctl") && this.behaviour.unlogged === node)
        return { code: 1, stdout: "", stderr: "Failed to open the journal" };
      if (script.text.includes("totem.cluster_name"))
        return { code: 0, stdout: "totem.cluster_name (str) = made\n", stderr: "" };
      if (script.text.includes("is-active"))
        return { code: 0, stdout: this.behaviour.alerts ? "active\n" : "inactive\n", stderr: "" };
      return { code: 0, stdout: script.text.includes("journalctl") ? log.join("\n") : "", stderr: "" };
    });
  }

  session(): Session {
    const server = this.serving;
    if (server === undefined) throw new Error("connection refused");
    const there = (): void => {
      if (this.serving !== server) throw new Error("Connection terminated unexpectedly");
    };
    const insert = async (row: Row): Promise<void> => {
      there();
      this.rows.push(row);
    };
    return {
      insert,
      insertUncommitted: async () => there(),
      highest: async (client) => Math.max(0, ...this.rows.filter((r) => r.client === client).map((r) => r.seq)),
      cut: () => undefined,
    };
  }
}

const machine = (): Machine => ({ on: true, booted: 0, stream: 1, ran: [] });
