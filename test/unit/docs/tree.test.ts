import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Edge } from "./support/tree";
import { parseTree } from "./support/tree";

// Proves that the README's tree is the program's: it runs against Pulumi's mocks, and every resource and its parent is compared. Nothing is deployed.

const ROOT = join(__dirname, "..", "..", "..");
const sorted = (all: readonly Edge[]): string[] => all.map((e) => e.join(" > ")).sort();

describe("README.md", () => {
  it("shows the tree that the program makes", () => {
    const program = join(__dirname, "support", "printTree.ts");
    const printed = execFileSync(process.execPath, ["-r", "ts-node/register/transpile-only", program], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const made = JSON.parse(printed) as Edge[];
    expect(made.length).toBeGreaterThan(40);
    expect(sorted(parseTree(readFileSync(join(ROOT, "README.md"), "utf8")))).toEqual(sorted(made));
  }, 60_000);
});
