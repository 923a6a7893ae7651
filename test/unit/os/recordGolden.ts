import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { System } from "./machine";
import { describeSystem } from "./machine";
import systems from "./systems.json";

// After a change that is meant: node -r ts-node/register/transpile-only test/unit/os/recordGolden.ts, and read the difference.

for (const system of systems as readonly System[])
  writeFileSync(join(__dirname, "golden", `${system.os}.txt`), describeSystem(system));
