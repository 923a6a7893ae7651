import type { ManagedFile } from "../jobs/files";
import { renderScript } from "../jobs/script";
import { scriptPath } from "../jobs/unit";

/** As the cluster's configuration names it. */
export const AGENT = scriptPath("alert");

export const files = (): ManagedFile[] => [{ path: AGENT, mode: "755", content: renderScript("alert") }];
