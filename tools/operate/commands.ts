import { Command, Option } from "commander";
import { Refused, stackOf } from "../cli/stack";
import { restoreConfiguration } from "./configuration";
import { growVolume } from "./growVolume";
import { handsOf } from "./hands";
import { maintenanceOff, maintenanceOn } from "./maintenance";
import { updatePostgresRolling } from "./postgres";
import { rebootRolling } from "./reboot";
import { replaced, replaceNode } from "./replaceNode";
import { startService, stopService } from "./service";
import { onlineAgain, standby } from "./standby";
import { switchOver } from "./switchOver";
import { updateRolling } from "./update";
import { upgradeBack, upgradeForget, upgradePostgres } from "./upgradePostgres";
import { Previewed, Work } from "./work";

interface Options {
  readonly preview?: boolean;
  readonly [name: string]: unknown;
}

/** Exit status of a verb that is half done, and waits for a person's hands. */
const HANDS = 4;

const started = Date.now();
/** With the seconds since it began, as the other verbs say it. */
const say = (text: string): void =>
  console.error(`[${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s] ${text}`);

/** A verb as a sub-command: what it does to the service is told first, and agreed to by QVD_HA_CONSENT or a typed yes. */
function verb(
  name: string,
  says: string,
  act: (w: Work, argument: string | undefined, options: Options) => Promise<void>,
): Command {
  return new Command(name)
    .description(says)
    .addOption(new Option("--preview", "tell only what would come of it"))
    .action(async (...args: unknown[]) => {
      const command = args.at(-1) as Command;
      const [argument] = command.args;
      const deployment = await stackOf(command).deployment();
      // The answers and what the scheduler makes of them take seconds.
      say(`asking ${deployment.nodes.join(" and ")}`);
      const typed = [name, ...variable(command, argument)].join(" ");
      const work = new Work(handsOf(deployment), {
        verb: typed,
        say,
        ...(command.opts<Options>().preview ? { preview: true } : {}),
      });
      await act(work, argument || undefined, command.opts<Options>()).catch((e: unknown) => {
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
  "replace-node": "NODE",
  "upgrade-postgres": "TO",
  "upgrade-back": "LOSE",
  "upgrade-forget": "VERSION",
  "restore-configuration": "FILE",
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

/** With --end the second half, after the new machine was made. */
async function replacement(w: Work, node: string | undefined, o: Options): Promise<void> {
  if (o.end) return replaced(w, node);
  const platform = o.platform === "libvirt" ? "libvirt" : "existing";
  const disk = typeof o.disk === "string" && o.disk !== "" ? o.disk : undefined;
  if ((await replaceNode(w, node, { platform, diskOnly: o.part === "disk", disk })) === "hands")
    process.exitCode = HANDS;
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
  verb("restore-configuration", "the cluster's configuration as it was saved", restoreConfiguration).argument(
    "[file]",
    "an archive of the configuration's backup, or a CIB",
  ),
  verb("reboot-rolling", "boot both nodes anew, one at a time", rebootRolling),
  verb("update-rolling", "update all packages of both nodes, one at a time, each with a boot", updateRolling),
  verb("update-postgres", "a minor version of PostgreSQL, with one interruption", updatePostgresRolling),
  verb("grow-volume", "grow both disks, DRBD's device and the file system, in use", (w, size) =>
    growVolume(w, size),
  ).argument("[size]", "of each disk, in GiB; without it, the disks are as large as they are to be"),
  verb("replace-node", "a node gets a new machine or a new disk, and all data from the other one", replacement)
    .argument("[node]")
    .addOption(new Option("--part <what>", "what is new").choices(["machine", "disk"]).default("machine"))
    .addOption(new Option("--disk <serial>", "the data disk that is given up, by its serial number"))
    .addOption(
      new Option("--platform <name>", "who makes machines")
        .choices(["libvirt", "existing"])
        .default("existing")
        .hideHelp(),
    )
    .addOption(new Option("--end", "the second half, when the new one is there").hideHelp()),
  verb("upgrade-postgres", "a major version of PostgreSQL, by pg_upgrade", (w, to, o) =>
    upgradePostgres(w, to, typeof o.mode === "string" ? o.mode : undefined),
  )
    .argument("[to]", "the major version")
    .addOption(
      new Option("--mode <how>", "what is done with the old data").choices(["copy", "clone", "link"]).default("copy"),
    ),
  verb("upgrade-back", "back to the version and the data before that", (w, lose) => upgradeBack(w, lose)).argument(
    "[lose]",
  ),
  verb("upgrade-forget", "throw the old data away", (w, version) => upgradeForget(w, version)).argument("[version]"),
];
