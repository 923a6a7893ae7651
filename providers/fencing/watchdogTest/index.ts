import type { Kind } from "../../kind";
import { plan, remove } from "./plan";
import { facts } from "./read";
import type { WatchdogTestSpec } from "./spec";
import { schema } from "./spec";

export type { WatchdogTestSpec } from "./spec";

/** That it once passed is no state of a node, so nothing that a refresh finds can speak against it. */
export const watchdogTest: Kind<WatchdogTestSpec, ReturnType<typeof facts>> = {
  name: "watchdog test",
  harmless: true,
  schema: schema as Kind<WatchdogTestSpec, ReturnType<typeof facts>>["schema"],
  id: (spec) => Object.keys(spec.connections).join("+"),
  facts,
  live: (known) => known,
  plan,
  remove,
};
