import type { Times } from "../faults/fault";
import type { Outcome } from "./report";

export const outcome = (what: string, wanted: string, came: string, met: boolean): Outcome => ({
  what,
  wanted,
  came,
  met,
});
export const count = (n: number | undefined): string => (n === undefined ? "not known" : String(n));
export const secs = (s: number): string => `${s.toFixed(1)} s`;

export const within = (n: number, [least, most]: Times): boolean => n >= least && n <= most;
export const times = (n: number): string => (n === 1 ? "once" : `${n} times`);
export const often = ([least, most]: Times): string => (least === most ? times(most) : `${least} to ${times(most)}`);
