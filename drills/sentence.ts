import type { Fault, Times } from "./faults/fault";
import { promotionsOf, REDUNDANT_WITHIN } from "./faults/fault";

const often = ([least, most]: Times): string =>
  least === most
    ? most === 1
      ? "once"
      : `${most} times`
    : least === 0 && most === 1
      ? "once at most"
      : `${least} to ${most} times`;

function fencing(f: Fault): string {
  const { active, standby, together } = f.expect.fenced ?? {};
  if (together) return together[0] === 1 && together[1] === 1 ? "one of them is fenced" : `fenced: ${often(together)}`;
  const who = [
    active && `the active node is fenced ${often(active)}`,
    standby && `the standby node is fenced ${often(standby)}`,
  ];
  return who.filter(Boolean).join(", ") || "nobody is fenced";
}

function promoted(f: Fault): string[] {
  const wanted = promotionsOf(f);
  const { neverPromoted } = f.expect;
  return [
    ...(wanted ? [wanted[1] === 0 ? "nobody is promoted" : `DRBD is promoted ${often(wanted)}`] : []),
    ...(neverPromoted ? [`the ${neverPromoted} node is never promoted`] : []),
  ];
}

function service(f: Fault): string {
  const { serves, staysDown, completes, gapWithin } = f.expect;
  const node = serves === "either" ? "either node" : `the ${serves} node`;
  const gap = gapWithin === undefined ? "within the failover bound" : `with a gap of at most ${gapWithin} s`;
  if (staysDown === undefined) return `${node} serves ${gap}`;
  const by = completes?.length ? ` after "${completes.map((a) => a.says).join(", then ")}"` : "";
  return `it stays down for at least ${staysDown} s, then ${node} serves${by}`;
}

/** What must come of a fault, with its deadlines. */
export const sentence = (f: Fault): string =>
  [
    service(f),
    fencing(f),
    ...(f.expect.boots ? [`the ${f.expect.boots} node boots anew`] : []),
    ...promoted(f),
    ...f.does.flatMap((a) =>
      a.kind === "sees" && a.by === "doctor" ? [`within ${a.seconds} s ${a.says.replace("wait until ", "")}`] : [],
    ),
    ...(f.expect.shows ?? []).map(
      (s) => `make status says within ${s.within} s that ${s.says}${s.lasts ? `, for ${s.lasts} s` : ""}`,
    ),
    ...(f.expect.tells ?? []).map((t) => `an alert says within ${t.within} s that ${t.says}`),
    ...(f.expect.slows === undefined ? [] : [`half of the writes take ${f.expect.slows} s at least`]),
    ...(f.expect.refusesNothing ? ["no write is refused"] : []),
    `both nodes are whole within ${f.expect.redundantWithin ?? REDUNDANT_WITHIN} s`,
  ].join("; ");
