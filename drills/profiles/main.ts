import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import type { DrillReport } from "../report/report";
import { isBroken, Results } from "../suite/results";
import { print } from "./print";
import type { Measured } from "./table";
import { compare } from "./table";

// Puts the drills of several configurations side by side: `main.ts <directory> <name>…`, with the results of each in a directory of its name.

function read(home: string, name: string): Measured {
  const results = new Results(join(home, name));
  const runs = Object.fromEntries(
    results.faults.map((f) => [f, results.of(f).filter((r): r is DrillReport => !isBroken(r))]),
  );
  const bound = join(home, name, "bound");
  return { name, runs, ...(existsSync(bound) ? { bound: Number(readFileSync(bound, "utf8")) } : {}) };
}

new Command("profiles")
  .argument("<directory>")
  .argument("<names...>")
  .action((home: string, names: string[]) => {
    const comparison = compare(
      names.map((n) => read(home, n)),
      Date.now(),
    );
    const file = join(home, "profiles.json");
    writeFileSync(file, `${JSON.stringify(comparison, null, 2)}\n`);
    console.log(print(comparison));
    console.log(file);
    if (comparison.beyond.length > 0 || comparison.lost.some((n) => n > 0)) process.exitCode = 1;
  })
  .parse();
