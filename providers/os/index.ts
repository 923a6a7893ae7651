import { z } from "zod";
import { debian12 } from "./debian12";
import { debian13 } from "./debian13";
import { OS_NAMES } from "./family";
import type { OsFamily, OsName } from "./family";
import { rhel9 } from "./rhel9";
import { sles15 } from "./sles15";
import { ubuntu2404 } from "./ubuntu2404";

export { OS_NAMES } from "./family";
export type { OsFamily, OsName } from "./family";

/** The operating systems, by name. */
export const families: Readonly<Record<OsName, OsFamily>> = { debian12, debian13, ubuntu2404, rhel9, sles15 };

/** For specs that carry an operating system. */
export const osSchema = z.enum(OS_NAMES);

/** What is particular to an operating system. */
export const os = (name: OsName): OsFamily => families[name];
