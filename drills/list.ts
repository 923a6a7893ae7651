import { faults, GROUPS } from "./faults";
import type { Fault } from "./faults/fault";
import type { Sighting } from "./seen";
import { seen } from "./seen";
import { sentence } from "./sentence";

const how = ({ profile, verified }: Sighting): string =>
  [profile && `profile ${profile}`, verified === false && "the data was not read afterwards"]
    .filter(Boolean)
    .join(", ");

function entry(f: Fault, sighted: Sighting | undefined): string[] {
  const marks = [f.quick ? "quick" : "", f.where === "lab" ? "lab only" : ""].filter(Boolean);
  const state = sighted
    ? `came as expected on real guests, ${[sighted.on, how(sighted)].filter(Boolean).join(", ")}`
    : "NEVER SEEN on real guests yet";
  return [
    `  ${f.number.padEnd(4)}${f.name.padEnd(30)}${f.title}${marks.length ? ` (${marks.join(", ")})` : ""}`,
    `      must: ${sentence(f)}`,
    `      ${state}`,
  ];
}

/** Every fault, what must come of it, and whether that was ever seen. */
export function list(): string {
  const sightings = seen();
  const groups = GROUPS.flatMap((g) => [
    "",
    g,
    ...faults.filter((f) => f.group === g).flatMap((f) => entry(f, sightings[f.name])),
  ]);
  const known = faults.filter((f) => sightings[f.name]).length;
  return [`${faults.length} faults, ${known} of them seen to come as expected on real guests`, ...groups].join("\n");
}
