import { Command, Option } from "commander";
import { Refused, stackOf } from "../cli/stack";
import { growVolume } from "./growVolume";
import { handsOf } from "./hands";
import { maintenanceOff, maintenanceOn } from "./maintenance";
import { updatePostgresRolling } from "./postgres";
import { rebootRolling } from "./reboot";
import { startService, stopService } from "./service";
import { onlineAgain, standby } from "./standby";
import { switchOver } from "./switchOver";
import { updateRolling } from "./update";
import { Previewed, Work } from "./work";

interface Options {
  readonly preview?: boolean;
}

const started = Date.now();
/** With the seconds since it began, as the other verbs say it. */
const say = (text: string): void =>
  console.error(`[${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s] ${text}`);

/** A verb as a sub-command: what it does to the service is told first, and agreed to by QVD_HA_CONSENT or a typed yes. */
function verb(name: string, says: string, act: (w: Work, argument: string | undefined) => Promise<void>): Command {
  return new Command(name)
    .description(says)
    .addOption(new Option("--preview", "tell only what would come of it"))
    .action(async (...args: unknown[]) => {
      const command = args.at(-1) as Command;
      const [argument] = command.args;
      const deployment = await stackOf(command).deployment();
      const typed = [name, ...variable(command, argument)].join(" ");
      const work = new Work(handsOf(deployment), {
        verb: typed,
        say,
        ...(command.opts<Options>().preview ? { preview: true } : {}),
      });
      await act(work, argument || undefined).catch((e: unknown) => {
        if (!(e instanceof Previewed)) throw e;
        say(e.message);
      });
    });
}

/** The name of a verb's argument in the Makefile. */
const VARIABLES: Readonly<Record<string, string>> = {
  "switch-over": "TO",
  "service-stop": "RESOURCE",
  standby: "NODE",
  online: "NODE",
  maintenance: "MODE",
  "grow-volume": "SIZE",
};

const variable = (c: Command, argument: string | undefined): string[] => {
  const name = VARIABLES[c.name()];
  return name === undefined || !argument ? [] : [`${name}=${argument}`];
};

function mode(w: Work, word: string | undefined): Promise<void> {
  if (word === "on") return maintenanceOn(w);
  if (word === "off") return maintenanceOff(w);
  throw new Refused(`MODE is "${word ?? ""}": it must be on or off`);
}

export const verbs = (): Command[] => [
  verb("switch-over", "move the service to the other node", (w, to) => switchOver(w, to)).argument("[to]"),
  verb("service-stop", "stop the database through the cluster", (w, part) => stopService(w, part)).argument(
    "[resource]",
    "p_postgres, or g_postgres with its file system and address",
  ),
  verb("service-start", "start it again", (w) => startService(w)),
  verb("standby", "everything leaves a node", (w, node) => standby(w, node)).argument("[node]"),
  verb("online", "a node takes part again", (w, node) => onlineAgain(w, node)).argument("[node]"),
  verb("maintenance", "the cluster leaves everything as it is, or looks after it again", mode).argument(
    "[mode]",
    "on, off",
  ),
  verb("reboot-rolling", "boot both nodes anew, one at a time", rebootRolling),
  verb("update-rolling", "update all packages of both nodes, one at a time, each with a boot", updateRolling),
  verb("update-postgres", "a minor version of PostgreSQL, with one interruption", updatePostgresRolling),
  verb("grow-volume", "grow both disks, DRBD's device and the file system, in use", (w, size) =>
    growVolume(w, size),
  ).argument("[size]", "of each disk, in GiB; without it, the disks are as large as they are to be"),
];
