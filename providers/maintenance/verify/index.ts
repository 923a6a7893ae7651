import { jobKind } from "../jobs/jobKind";
import { CONF, files, SERVICE, TIMER } from "./render";
import { schema } from "./spec";
import type { VerifySpec } from "./spec";

export type { VerifySpec } from "./spec";

export const drbdVerify = jobKind<VerifySpec>({
  name: "DRBD verify",
  schema: schema as never,
  files,
  conf: CONF,
  units: [TIMER],
  jobs: [SERVICE],
});
