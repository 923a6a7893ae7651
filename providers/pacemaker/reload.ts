import { lines, raw, sh } from "../remote";
import type { Command } from "../remote";
import { canonical } from "./cib";
import { promotables } from "./promotables";
import type { Configuration } from "./spec";
import { untilSettled } from "./stop";

/** Primitives of promotable clones of which a parameter changes: their agent may be told to reload while it is promoted, which effects.ts tells the consequences of. */
export const reloadable = (now: Configuration, wanted: Configuration): string[] =>
  promotables(now, wanted).flatMap(({ primitive, before, after }) =>
    before.agent !== after.agent || canonical(before.params) === canonical(after.params) ? [] : [primitive],
  );

const FORGET = raw(`for id in "\${ids[@]}"; do
  failed="//lrm_resource[@id='$id']/lrm_rsc_op[@id='\${id}_last_failure_0' and @operation='monitor' and @rc-code='8']"
  cibadmin --query --xpath "$failed" >/dev/null 2>&1 || continue
  crm_resource --cleanup --resource "$id"
done`);

/**
 * Takes back that a monitor failed because it found an instance promoted that Pacemaker had taken for unpromoted since its reload, and waits until the
 * cluster has acted on that. No other failure is touched.
 */
export const forgetReload = (ids: readonly string[]): Command => ({
  ...untilSettled,
  script: lines(sh`ids=(${ids})`, FORGET, untilSettled.script),
});
