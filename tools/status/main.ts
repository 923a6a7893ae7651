import { closeAll } from "@qvd-ha/providers/dist/remote";
import { statusCommand } from "./command";
import { NotDeployed } from "./deployment";

const NOT_DEPLOYED = 3;

statusCommand()
  .parseAsync()
  .catch((e: Error) => {
    console.error(e.message);
    process.exitCode = e instanceof NotDeployed ? NOT_DEPLOYED : 2;
  })
  .finally(closeAll);
