import type { Fact } from "../fact";
import { sh } from "../remote";
import type { Cib } from "./cib";
import { parseCib } from "./cib";
import type { ClusterStatus } from "./status";
import { parseStatus } from "./status";

/** The CIB as this node has it; undefined where Pacemaker does not run. */
export const cib: Fact<Cib | undefined> = {
  command: { script: sh`cibadmin --query 2>/dev/null || true` },
  parse: ({ stdout }) => (stdout.trim() === "" ? undefined : parseCib(stdout)),
};

/** What runs where; undefined where Pacemaker does not run. */
export const status: Fact<ClusterStatus | undefined> = {
  command: { script: sh`crm_mon --one-shot --inactive --output-as=xml 2>/dev/null || true` },
  parse: ({ stdout }) => parseStatus(stdout),
};
