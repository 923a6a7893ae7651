import type { Role, Script } from "./action";
import { text } from "./action";

const sysrq = (on: Role, key: "b" | "c", says: string): Script => ({
  kind: "script",
  on,
  says: `${says} the ${on} node (echo ${key} > /proc/sysrq-trigger)`,
  dies: true,
  timeoutSeconds: 15,
  script: text("echo 1 > /proc/sys/kernel/sysrq", `echo ${key} > /proc/sysrq-trigger`),
  undo: [{ kind: "power", on, verb: "start" }],
});

/** Boots anew at once, without a word to anybody. */
export const resetKernel = (on: Role): Script => sysrq(on, "b", "reset");
export const crashKernel = (on: Role): Script => sysrq(on, "c", "crash the kernel of");

/** In order, as `init 6`. */
export const reboot = (on: Role): Script => ({
  kind: "script",
  on,
  says: `reboot the ${on} node in order`,
  dies: true,
  timeoutSeconds: 20,
  script: "systemctl reboot",
  undo: [{ kind: "power", on, verb: "start" }],
});

/** Puts the clock wrong; afterwards chrony is started anew, since it steps a clock at its start only. */
export const stepClock = (on: Role, by: string): Script => ({
  kind: "script",
  on,
  says: `step the clock of the ${on} node by ${by}`,
  script: `date -u -s '${by}' >/dev/null`,
  undo: [
    {
      kind: "script",
      on,
      timeoutSeconds: 60,
      script: text("systemctl try-restart chrony chronyd 2>/dev/null || true", "chronyc waitsync 20 1 0 2 >/dev/null"),
    },
  ],
});
