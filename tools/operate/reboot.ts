import { rolling } from "./rolling";
import type { Work } from "./work";

/** Both nodes boot anew, one at a time; the service is interrupted once. */
export const rebootRolling = (w: Work): Promise<void> => rolling(w, "reboot-rolling");
