import type { Fact } from "../../fact";
import { sh } from "../../remote";
import type { Step } from "../../step";

/** A unit as systemd knows it. */
export interface UnitState {
  readonly enabled: boolean;
  readonly active: boolean;
  /** Its file has changed since systemd read it. */
  readonly stale: boolean;
}

export type UnitStates = Readonly<Record<string, UnitState>>;

export const unitsFact = (units: readonly string[]): Fact<UnitStates> => ({
  command: {
    script: sh`for u in ${units}; do
  echo "$u $(systemctl show --property=UnitFileState --value "$u" || true) $(systemctl show --property=ActiveState --value "$u" || true) $(systemctl show --property=NeedDaemonReload --value "$u" || true)"
done`,
  },
  parse: ({ stdout }) =>
    Object.fromEntries(
      stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => {
          const [unit, ...words] = line.split(" ");
          return [
            unit,
            { enabled: words[0] === "enabled", active: words.includes("active"), stale: words.at(-1) === "yes" },
          ];
        }),
    ),
});

export const takeUp = (node: string, units: readonly string[]): Step => ({
  node,
  reason: `have systemd take up ${units.join(", ")}`,
  command: {
    script: sh`systemctl daemon-reload
systemctl enable --quiet ${units}
systemctl restart ${units}`,
  },
});
