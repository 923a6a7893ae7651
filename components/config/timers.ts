import { z } from "zod";
import { seconds } from "./primitives";

const monitor = (interval: number, timeout: number) =>
  z.strictObject({ interval: seconds.default(interval), timeout: seconds.default(timeout) }).prefault({});

const timer = (start: number, stop: number, interval: number, timeout: number) =>
  z
    .strictObject({ start: seconds.default(start), stop: seconds.default(stop), monitor: monitor(interval, timeout) })
    .prefault({});

/** Timers in seconds; the defaults are table 1 of the HOWTO. The worst-case failover follows from them. */
export const timersSchema = z.strictObject({
  drbd: z
    .strictObject({
      start: seconds.default(240),
      stop: seconds.default(100),
      promote: seconds.default(60),
      demote: seconds.default(30),
      notify: seconds.default(30),
      monitorPromoted: monitor(10, 20),
      monitorUnpromoted: monitor(20, 20),
    })
    .prefault({}),
  fileSystem: timer(60, 30, 20, 40),
  address: timer(10, 10, 10, 20),
  postgres: timer(30, 30, 10, 10),
  ping: timer(60, 20, 10, 60),
  mail: timer(10, 10, 10, 10),
  /** `off` bounds the fencing of a node as a whole. */
  fencing: z
    .strictObject({ off: seconds.default(60), start: seconds.default(60), monitor: monitor(60, 60) })
    .prefault({}),
});

export type Timers = z.output<typeof timersSchema>;
