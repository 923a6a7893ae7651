import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { environment, LOG, ROOT } from "../support/stack";
import { stepsIn } from "./cluster";

/** Who dies: everything at once, as in a power cut, or the engine alone, whose plugins live on for a while. */
export type Victim = "all" | "engine";

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
}

const processes = (): Process[] =>
  readdirSync("/proc")
    .filter((d) => /^\d+$/.test(d))
    .flatMap((d) => {
      try {
        const stat = readFileSync(`/proc/${d}/stat`, "utf8");
        const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return [
          { pid: Number(d), parent: Number(parent), name: stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")) },
        ];
      } catch {
        return [];
      }
    });

function below(pid: number, all: readonly Process[]): Process[] {
  const own = all.filter((p) => p.parent === pid);
  return [...own, ...own.flatMap((p) => below(p.pid, all))];
}

function kill(root: number, victim: Victim): void {
  const all = processes();
  const tree = [...below(root, all).reverse(), ...all.filter((p) => p.pid === root)];
  const doomed = victim === "all" ? tree : tree.filter((p) => p.name === "pulumi");
  if (doomed.length === 0) throw new Error("there is no process to kill");
  // One command, so that none has the time to notice the death of another.
  spawnSync("kill", ["-9", ...doomed.map((p) => String(p.pid))]);
}

export interface Killed {
  /** The step that had just begun; undefined where the run came to its end before. */
  readonly at?: string;
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command and kills it when it tells its step number `n`, counted from 1. */
export function killedAt(command: string, n: number, nodes: readonly string[], victim: Victim): Promise<Killed> {
  appendFileSync(LOG, `\n$ ${command} # to be killed at step ${n}: ${victim}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", command], { cwd: ROOT, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let at: string | undefined;
    const take = (d: Buffer): void => {
      output += d.toString();
      appendFileSync(LOG, d);
      if (at !== undefined) return;
      at = stepsIn(output.slice(0, output.lastIndexOf("\n")), nodes)[n - 1];
      if (at !== undefined) kill(child.pid as number, victim);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", reject);
    // A plugin that lives on holds the pipes; the engine's end is the end.
    child.once("exit", (code) =>
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ at, code, output });
      }, 200),
    );
  });
}

/**
 * Kills one run after the other when it begins its step number `n`, everything and the engine alone by turns, until one comes to its end.
 * @param between runs after each kill
 * @returns the steps at which it was killed
 * @throws Error where the last run failed, or there are too many of them
 */
export async function killAgainAndAgain(
  command: string,
  n: number,
  nodes: readonly string[],
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const killed: string[] = [];
  for (let run = 1; run <= 120; run++) {
    const r = await killedAt(command, n, nodes, run % 2 ? "all" : "engine");
    if (r.at === undefined) {
      if (r.code !== 0) throw new Error(`after ${killed.length} kills: ${r.output.slice(-3000)}`);
      return killed;
    }
    killed.push(r.at);
    await between();
  }
  throw new Error(`does not converge: ${killed.join("; ")}`);
}
