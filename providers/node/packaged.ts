import { os } from "../os";
import type { NodeSpec } from "./spec";

// Debian's own database cluster, where the packages made one before we came. That its unit does not start at boot is not enough: an update of the packages starts it all the same, and it
// takes the port that the database needs when it comes to this node.

/** Where it says whether it may start; undefined where the packages make none. */
export const startFile = (spec: NodeSpec): string | undefined => os(spec.os).postgres.packagedCluster?.startConf;

const HEAD = "# Managed by qvd-ha: Pacemaker alone starts the database here. Found as: ";
const FOUND = new RegExp(`^${HEAD}(auto|manual)$`, "m");

/** What it says, as postgresql-common reads it. */
const word = (text: string): string => /^\s*(\w+)/m.exec(text.replaceAll(/#.*$/gm, ""))?.[1] ?? "auto";

type Files = Readonly<Record<string, string>>;

const textIn = (files: Files, spec: NodeSpec): string | undefined => files[startFile(spec) ?? ""];

/** Whether an update of its packages, or a person, could start it. */
export function mayStart(files: Files, spec: NodeSpec): boolean {
  const text = textIn(files, spec);
  const kept = spec.unitsOff.includes(os(spec.os).units.postgresql[0] as string);
  return kept && text !== undefined && word(text) !== "disabled";
}

/** In the place of a file that lets it start. */
export const held = (files: Files, spec: NodeSpec): string => `${HEAD}${word(textIn(files, spec) ?? "")}\n\ndisabled\n`;

/** The file as it was found; undefined where it is not ours. */
export function givenBack(files: Files, spec: NodeSpec): string | undefined {
  const was = FOUND.exec(textIn(files, spec) ?? "")?.[1];
  return was === undefined ? undefined : `${was}\n`;
}
