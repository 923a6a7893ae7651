import { Command, Option } from "commander";
import { Exit, stackOf } from "../cli/stack";
import { examine } from "./examine";
import { sound } from "./finding";
import { readCluster } from "./reading";
import { repairSplitBrain } from "./repair/splitBrain";
import { screen } from "./screen";

interface Options {
  readonly json?: boolean;
  readonly repair?: "split-brain";
  readonly victim?: string;
}

/** What is wrong, and what to type next. Changes nothing, but with `--repair`. */
export const doctorCommand = (): Command =>
  new Command("doctor")
    .description("What is wrong, why it matters, and what to type next; exit status 1 when anything has to be done")
    .option("--json", "everything, as JSON")
    .addOption(new Option("--repair <what>", "guided").choices(["split-brain"]))
    .option("--victim <node>", "whose writes are thrown away; without it, it is asked for")
    .action(async (options: Options, command: Command) => {
      const stack = stackOf(command);
      const d = await stack.deployment();
      const reading = await readCluster(d, stack.name);
      if (options.repair) return repairSplitBrain(d, reading, options.victim);
      const found = examine(reading);
      console.log(options.json ? JSON.stringify(found, null, 2) : screen(found));
      process.exitCode = sound(found) ? 0 : Exit.Unsound;
    });
