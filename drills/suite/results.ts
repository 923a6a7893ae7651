import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { About } from "../about";
import { difference } from "../about";
import type { Control } from "../control";
import type { DrillReport } from "../report/report";

/** The negative control's own result; the oldest do not say how many lies were told, nor where. */
export interface ControlResult extends Omit<Control, "lies"> {
  readonly lies?: number;
  readonly about?: About;
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

  /** How often a fault has come as expected; there and with the checks that `about` asks for, if it is given. */
  green(fault: string, about?: About): number {
    return this.drills(fault, about).filter((r) => r.passed).length;
  }

  /** The newest drill of a fault that says something of what is asked for. */
  newest(fault: string, about: About): DrillReport | undefined {
    return this.drills(fault, about).at(-1);
  }

  /** Why the newest green result of a fault says nothing of what is asked for; undefined where there is none that does not. */
  foreign(fault: string, about: About): string | undefined {
    const green = this.drills(fault).filter((r) => r.passed);
    return green.flatMap((r) => difference(about, r.about) ?? []).at(-1);
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

  private drills(fault: string, about?: About): DrillReport[] {
    const all = this.of(fault).filter((r): r is DrillReport => !isBroken(r));
    return about ? all.filter((r) => difference(about, r.about) === undefined) : all;
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
