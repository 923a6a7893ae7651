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

interface Content {
  /** The database's address: debts of another cluster are none of ours. */
  readonly cluster: string;
  readonly debts: readonly Debt[];
}

/**
 * What has been done to a cluster and not yet taken back, on disk: a drill that is killed leaves it to the next one. A debt is written before
 * the deed, so one too many may stand there, never one too few.
 */
export class RestoreJournal {
  private debts: Debt[];

  constructor(
    private readonly path: string,
    private readonly cluster: string,
  ) {
    this.debts = [...this.read()];
  }

  private read(): readonly Debt[] {
    if (!existsSync(this.path)) return [];
    const { cluster, debts } = JSON.parse(readFileSync(this.path, "utf8")) as Content;
    if (cluster !== this.cluster && debts.length > 0)
      throw new Error(
        `${this.path}: a drill of ${cluster} was interrupted and is not restored yet: call "drill restore" with that stack first`,
      );
    return debts;
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
    const content: Content = { cluster: this.cluster, debts: this.debts };
    // In one move, so that no half of it is ever read.
    writeFileSync(`${this.path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(`${this.path}.new`, this.path);
  }
}
