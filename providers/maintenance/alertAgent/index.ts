import { jobKind } from "../jobs/jobKind";
import { files } from "./render";
import { schema } from "./spec";
import type { AlertAgentSpec } from "./spec";

export type { AlertAgentSpec } from "./spec";

export const alertAgent = jobKind<AlertAgentSpec>({ name: "alert agent", schema: schema as never, files, units: [] });
