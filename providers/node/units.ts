import type { Fact } from "../fact";
import { sh } from "../remote";

export interface UnitState {
  readonly name: string;
  readonly exists: boolean;
  readonly enabled: boolean;
  readonly masked: boolean;
  /** Running, or about to. */
  readonly active: boolean;
}

/** As `systemctl show` prints it: a paragraph for each unit, in the order asked for. */
export function parseUnits(names: readonly string[], text: string): UnitState[] {
  const paragraphs = text.trim().split(/\n\n+/);
  if (paragraphs.length !== names.length)
    throw new Error(`asked for ${names.length} units, told of ${paragraphs.length}`);
  return names.map((name, i) => {
    const value = (key: string): string => new RegExp(`^${key}=(.*)$`, "m").exec(paragraphs[i] as string)?.[1] ?? "";
    const load = value("LoadState");
    return {
      name,
      exists: load !== "not-found",
      // What a generator hung below another unit (`enabled-runtime`) starts when that one does, not at boot.
      enabled: value("UnitFileState") === "enabled",
      masked: load === "masked",
      active: ["active", "activating", "reloading"].includes(value("ActiveState")),
    };
  });
}

export const unitsFact = (names: readonly string[]): Fact<UnitState[]> => ({
  command: { script: sh`systemctl show -p LoadState,UnitFileState,ActiveState ${names}` },
  parse: ({ stdout }) => parseUnits(names, stdout),
});
