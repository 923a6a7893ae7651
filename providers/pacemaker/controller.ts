import type { Sh } from "../remote";
import { raw } from "../remote";

/**
 * A shell function `idle`: whether the controller that leads has nothing to do, by its own word. Leaves its node in `dc`, nothing where none leads.
 * With a time-out, as crmadmin waits without an end for a controller that leads while there is none.
 */
export const IDLE: Sh = raw(`idle() {
  dc=$(timeout 5 crmadmin -D 2>/dev/null) || dc=
  dc=\${dc##*: }
  [ -n "$dc" ] && [[ $(timeout 5 crmadmin -S "$dc" 2>/dev/null) == *S_IDLE* ]]
}`);
