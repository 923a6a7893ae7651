import { raw, run } from "@qvd-ha/providers/dist/remote";
import { Command } from "commander";
import { connectionOf } from "../status/deployment";
import { Refused, stackOf } from "./stack";

const SECONDS = 300;

/** A command as root on a node, by the key and the host key that the stack knows. Ends with the command's own status. */
export const onCommand = (): Command =>
  new Command("on")
    .description("a command as root on a node")
    .argument("[node]", "its name; default: the environment's NODE", process.env.NODE)
    .argument("[command]", "bash; default: the environment's RUN", process.env.RUN)
    .action(async (node: string | undefined, text: string | undefined, _options, command: Command) => {
      const d = await stackOf(command).deployment();
      if (!node || !d.nodes.includes(node))
        throw new Refused(`NODE is "${node ?? ""}": it must be one of ${d.nodes.join(", ")}`);
      if (!text) throw new Refused("RUN is empty: say what to run, as in RUN='crm_mon -1'");
      const [answer] = await run(connectionOf(d, node), [{ script: raw(text), timeoutSeconds: SECONDS }]);
      process.stdout.write(answer?.stdout ?? "");
      process.stderr.write(answer?.stderr ?? "");
      process.exitCode = answer?.code ?? 1;
    });
