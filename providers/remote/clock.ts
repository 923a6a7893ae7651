/**
 * Functions of the shell: `tick` sets `ticks` to the whole seconds since the machine began. For every wait with an end: bash's own SECONDS goes by the wall clock as
 * `date` does, and a clock that is set meanwhile would end the wait at once, or hours later. `begin SECONDS` begins a wait, and `late` says whether its time is over.
 * Any POSIX shell; no process.
 */
export const TICK = `tick() { IFS=". " read -r ticks _ </proc/uptime; }
begin() {
  tick
  deadline=$((ticks + $1))
}
late() {
  tick
  [ "$ticks" -ge "$deadline" ]
}`;
