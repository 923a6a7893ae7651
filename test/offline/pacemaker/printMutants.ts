import { development, PROFILE_KEYS } from "./development";
import { INSTALLED } from "./simulator";
import { verdicts } from "./verdicts";

/** Prints each mutant with what became of it; the last line is `N of N`, those that were killed of those that count. */
async function main(): Promise<void> {
  const all = await verdicts(await development(PROFILE_KEYS.howto), INSTALLED);
  for (const v of all) {
    const what = v.fate === "killed" ? `by "${v.by}": ${v.said}` : v.fate === "equivalent" ? v.reason : "";
    console.log(`${v.fate === "survived" ? "SURVIVED" : v.fate}  ${v.mutant}${what && `\n            ${what}`}`);
  }
  const killed = all.filter((v) => v.fate === "killed").length;
  const equivalent = all.filter((v) => v.fate === "equivalent").length;
  console.log(`\n${equivalent} make no difference to the scheduler and do not count`);
  console.log(`${killed} of ${all.length - equivalent}`);
  process.exitCode = killed === all.length - equivalent ? 0 : 1;
}

void main();
