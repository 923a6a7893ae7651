import { jobKind } from "../jobs/jobKind";
import { CONF, files, MAILER, SERVICE, WEBHOOK } from "./render";
import { rules, schema } from "./spec";
import type { WatchSpec } from "./spec";

export type { WatchSpec } from "./spec";

export const watch = jobKind<WatchSpec>({
  name: "watch",
  schema: schema as never,
  rules,
  files,
  conf: CONF,
  units: [SERVICE],
  secrets: { mailPassword: MAILER, webhookUrl: WEBHOOK, webhookToken: WEBHOOK },
});
