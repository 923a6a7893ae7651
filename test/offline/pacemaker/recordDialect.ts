import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { merge, parseCib } from "../../../providers/pacemaker/cib";
import { bareCib } from "./cluster";
import { development, PROFILE_KEYS } from "./development";
import { stage } from "./play";
import { pool } from "./pool";
import { scenarios } from "./scenario";
import type { Decision } from "./simulator";

/**
 * Records what the Pacemaker of Debian 13 decides in each scenario, so that the tests can judge it where only that of Debian 12 is installed:
 * `mmdebstrap --variant=apt --include=pacemaker,pacemaker-cli-utils trixie ROOT`, then
 * `node -r ts-node/register/transpile-only test/offline/pacemaker/recordDialect.ts ROOT`.
 */
async function main(root: string): Promise<void> {
  const pacemaker = { root, schema: "pacemaker-4.0", losesAfterEvents: true };
  const on = stage(merge(parseCib(bareCib(pacemaker.schema)), await development(PROFILE_KEYS.howto)), pacemaker);
  const decided = await pool(scenarios, async (s): Promise<[string, Decision]> => {
    const { announced, executed, carried } = await on.decide(s);
    const asked = Object.entries(carried).filter(([words]) => words in (s.expect.with ?? {}));
    return [s.name, { announced, executed, carried: Object.fromEntries(asked), behind: {} }];
  });
  on.close();
  const made =
    "recordDialect.ts with pacemaker 3.0.0-2 of Debian 13: crm_simulate on the configuration of the stack dev under schema pacemaker-4.0";
  const file = join(__dirname, "../../unit/pacemaker/recorded/decisions-3.0.json");
  writeFileSync(file, `${JSON.stringify({ made, decisions: Object.fromEntries(decided) }, null, 1)}\n`);
}

void main(process.argv[2] ?? "");
