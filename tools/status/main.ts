import { closeAll } from "@qvd-ha/providers/dist/remote";
import { Command } from "commander";
import { loadDeployment, NotDeployed } from "./deployment";
import { problems } from "./health";
import { activeNode, readStatus } from "./read";
import { screen } from "./screen";
import { summary } from "./summary";

/** Exit status where the cluster is reached but not healthy. */
const NOT_HEALTHY = 1;
const NOT_DEPLOYED = 3;

interface Options {
  readonly outputs?: string;
  readonly json?: boolean;
  readonly summary?: boolean;
}

async function show(options: Options): Promise<void> {
  const deployment = await loadDeployment(options.outputs);
  const status = await readStatus(deployment);
  const found = problems(status);
  if (options.json)
    console.log(JSON.stringify({ ...status, activeNode: activeNode(status), problems: found }, null, 2));
  else console.log(options.summary ? summary(deployment, status) : screen(deployment, status));
  process.exitCode = found.length === 0 ? 0 : NOT_HEALTHY;
}

new Command("status")
  .description("The cluster on one screen; exit status 1 when it is not healthy")
  .option("--outputs <file>", "read the stack's outputs from a JSON file instead of pulumi")
  .option("--json", "everything, as JSON")
  .option("--summary", "only what a deployment ends with")
  .action(async (options: Options) => {
    try {
      await show(options);
    } catch (e) {
      if (!(e instanceof NotDeployed)) throw e;
      console.error(e.message);
      process.exitCode = NOT_DEPLOYED;
    } finally {
      closeAll();
    }
  })
  .parseAsync()
  .catch((e: Error) => {
    console.error(e.message);
    process.exitCode = 2;
  });
