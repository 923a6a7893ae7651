import { PROFILE_KEYS } from "./development";
import { verdictsOf } from "./verdicts";
import type { Verdict } from "./verdicts";

function print(profile: string, all: readonly Verdict[]): { killed: number; counted: number } {
  console.log(`Profile ${profile}`);
  for (const v of all) {
    const what = v.fate === "killed" ? `by "${v.by}": ${v.said}` : v.fate === "equivalent" ? v.reason : "";
    console.log(`${v.fate === "survived" ? "SURVIVED" : v.fate}  ${v.mutant}${what && `\n            ${what}`}`);
  }
  const killed = all.filter((v) => v.fate === "killed").length;
  const equivalent = all.filter((v) => v.fate === "equivalent").length;
  console.log(`\n${equivalent} make no difference to the scheduler and do not count\n`);
  return { killed, counted: all.length - equivalent };
}

/** Prints each mutant of each profile with what became of it; the last line is `N of N`, those that were killed of those that count. */
async function main(): Promise<void> {
  let [killed, counted] = [0, 0];
  for (const profile of Object.keys(PROFILE_KEYS)) {
    const found = print(profile, await verdictsOf(profile));
    killed += found.killed;
    counted += found.counted;
  }
  console.log(`${killed} of ${counted}`);
  process.exitCode = killed === counted ? 0 : 1;
}

void main();
