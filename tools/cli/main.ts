import { closeAll } from "@qvd-ha/providers/dist/remote";
import { Command } from "commander";
import { doctorCommand } from "../doctor/command";
import { verbs } from "../operate/commands";
import { NotDeployed } from "../status/deployment";
import { statusCommand } from "../status/command";
import { onCommand } from "./on";
import { scripted } from "./scripted";
import { Exit, Refused } from "./stack";

const program = new Command("qvd-ha")
  .description("Looks after the cluster that a stack has deployed. Each sub-command is a verb of the Makefile, too")
  .option("--outputs <file>", "read the stack's outputs from a JSON file instead of pulumi")
  .addCommand(statusCommand())
  .addCommand(doctorCommand())
  .addCommand(onCommand());
for (const verb of [...verbs(), ...scripted()]) program.addCommand(verb);

program
  .parseAsync()
  .catch((e: Error) => {
    console.error(e.message);
    process.exitCode = e instanceof Refused || e instanceof NotDeployed ? Exit.Refused : Exit.Broken;
  })
  .finally(closeAll);
