import { readFileSync } from "node:fs";
import { join } from "node:path";

/** That a fault was drilled on real guests, and all came as expected. */
export interface Sighting {
  /** The day. */
  readonly on: string;
  readonly where: string;
  /** Whose values the stack had, and whether the whole data was read afterwards; the oldest do not say. */
  readonly profile?: string;
  readonly verified?: boolean;
}

export const SIGHTINGS_FILE = join(__dirname, "sightings.json");

/** By the fault's name. What is not in there was never seen to work, whatever its file says that must come of it. */
export const seen = (): Readonly<Record<string, Sighting>> =>
  JSON.parse(readFileSync(SIGHTINGS_FILE, "utf8")) as Record<string, Sighting>;
