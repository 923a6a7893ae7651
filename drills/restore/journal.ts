import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** One thing to take back, on one node. */
export interface Debt {
  readonly kind: "script" | "power" | "hypervisor";
  readonly node: string;
  /** A script, or virsh's verb. */
  readonly what: string;
  readonly timeoutSeconds?: number;
}

/**
 * What has been done to a cluster and not yet taken back, on disk: a drill that is killed leaves it to the next one. A debt is written before
 * the deed, so one too many may stand there, never one too few. Each cluster has a file of its own.
 */
export class RestoreJournal {
  private debts: Debt[];

  constructor(private readonly path: string) {
    this.debts = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Debt[]) : [];
  }

  /** Newest first: the order in which to take back. */
  get open(): readonly Debt[] {
    return [...this.debts].reverse();
  }

  owe(debts: readonly Debt[]): void {
    this.debts.push(...debts);
    this.write();
  }

  paid(debt: Debt): void {
    this.debts.splice(this.debts.lastIndexOf(debt), 1);
    this.write();
  }

  private write(): void {
    if (this.debts.length === 0) {
      rmSync(this.path, { force: true });
      return;
    }
    mkdirSync(dirname(this.path), { recursive: true });
    // In one move, so that no half of it is ever read.
    writeFileSync(`${this.path}.new`, `${JSON.stringify(this.debts, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(`${this.path}.new`, this.path);
  }
}

/** The journal's name for a cluster: machines that are made anew have other host keys, and owe nothing. */
export const journalName = (address: string, hostKeys: readonly string[]): string =>
  `restore-${createHash("sha256")
    .update(JSON.stringify([address, ...[...hostKeys].sort()]))
    .digest("hex")
    .slice(0, 12)}.json`;
