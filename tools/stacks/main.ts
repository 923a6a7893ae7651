import { join } from "node:path";
import { Command } from "commander";
import { clashes } from "./clashes";
import { readStacks } from "./read";

const ROOT = join(__dirname, "..", "..");

/** With a stack, what speaks against that one alone; another stack's errors then only show. */
function main({ stack }: { stack?: string }): void {
  const { stacks, unread } = readStacks(ROOT);
  for (const { name, findings } of unread)
    console.error(
      `stack ${name} cannot be compared with the others:\n${findings.map((f) => `  ${f.property}: ${f.reason}`).join("\n")}`,
    );
  const found = clashes(stacks).filter((c) => stack === undefined || c.includes(`of stack ${stack} `));
  for (const clash of found) console.error(clash);
  if (found.length > 0) process.exitCode = 1;
  else console.log(`${stacks.map((s) => s.name).join(", ")}: nothing that two of them have and only one may have`);
}

new Command("stacks")
  .description("Compares the stacks' files: what two clusters must not share")
  .option("--stack <name>", "only what concerns this one")
  .action(main)
  .parse();
