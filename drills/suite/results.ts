import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DrillReport } from "../report/report";

/** The negative control's own result. */
export interface ControlResult {
  readonly acknowledged: number;
  readonly lost: number;
  /** Whether the checker found the writes that were acknowledged too early. */
  readonly passed: boolean;
}

/** A drill that did not come to an end; says nothing of the cluster. */
export interface Broken {
  readonly fault: string;
  readonly broken: string;
}

export type Result = DrillReport | Broken;

export const isBroken = (r: Result): r is Broken => "broken" in r;

const NAME = /^(.+)\.(\d+)\.json$/;
const CONTROL = "negative-control.json";

/** A directory with one file per drill: whoever calls again goes on where the last call ended. */
export class Results {
  constructor(readonly directory: string) {
    mkdirSync(directory, { recursive: true });
  }

  /** Oldest repeat first. */
  of(fault: string): Result[] {
    return this.numbers(fault).map((n) => this.read<Result>(`${fault}.${n}.json`));
  }

  get faults(): string[] {
    return [...new Set(readdirSync(this.directory).flatMap((f) => NAME.exec(f)?.[1] ?? []))];
  }

  /** How often a fault has come as expected. */
  green(fault: string): number {
    return this.of(fault).filter((r) => !isBroken(r) && r.passed).length;
  }

  add(result: Result): void {
    const next = Math.max(0, ...this.numbers(result.fault)) + 1;
    this.write(`${result.fault}.${next}.json`, result);
  }

  get control(): ControlResult | undefined {
    return existsSync(join(this.directory, CONTROL)) ? this.read<ControlResult>(CONTROL) : undefined;
  }

  set control(result: ControlResult) {
    this.write(CONTROL, result);
  }

  private numbers(fault: string): number[] {
    return readdirSync(this.directory)
      .flatMap((f) => {
        const [, name, n] = NAME.exec(f) ?? [];
        return name === fault ? [Number(n)] : [];
      })
      .sort((a, b) => a - b);
  }

  private read<T>(name: string): T {
    return JSON.parse(readFileSync(join(this.directory, name), "utf8")) as T;
  }

  private write(name: string, value: unknown): void {
    const path = join(this.directory, name);
    writeFileSync(`${path}.new`, `${JSON.stringify(value)}\n`);
    renameSync(`${path}.new`, path);
  }
}
