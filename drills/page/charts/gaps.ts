import type { Row } from "../../suite/figures";
import type { Spec } from "../svg";
import type { Size } from "./look";
import { config, INK, plotWidth, room } from "./look";

const ROW_HEIGHT = 24;

/** Gaps between acknowledged writes by fault: least to most as a line, the median as a dot, and hollow the one that it is compared with. */
export function gapsSpec(rows: readonly Row[], size: Size): Spec {
  const shown = rows.filter((r) => r.gap);
  const labels = room(
    shown.map((r) => r.fault),
    size,
  );
  const values = shown.map((r) => ({ fault: r.fault, ...r.gap, text: `${r.gap?.median.toFixed(1)} s` }));
  const before = shown.flatMap((r) => (r.before ? [{ fault: r.fault, ...r.before }] : []));
  const y = {
    field: "fault",
    type: "nominal",
    sort: shown.map((r) => r.fault),
    axis: { title: null, labelColor: INK.text, grid: true, labelPadding: 6 },
  };
  const x = (field: string): Spec => ({
    field,
    type: "quantitative",
    scale: { zero: true, nice: true },
    axis: {
      title: size === "wide" ? "longest gap between acknowledged writes, in seconds" : "longest gap, in seconds",
      tickCount: size === "wide" ? 10 : 5,
    },
  });
  const dot = { type: "point", filled: true, size: 90, opacity: 1 };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    config: config(size, labels),
    width: plotWidth(size, labels) - 34,
    height: Math.max(1, shown.length) * ROW_HEIGHT,
    layer: [
      {
        data: { values },
        mark: { type: "rule", color: INK.active, strokeWidth: 5, opacity: 0.35, strokeCap: "round" },
        encoding: { y, x: x("min"), x2: { field: "max" } },
      },
      {
        data: { values: before },
        mark: { type: "point", filled: false, size: 90, color: INK.standby, strokeWidth: 2 },
        encoding: { y, x: x("median") },
      },
      { data: { values }, mark: { ...dot, color: INK.active }, encoding: { y, x: x("median") } },
      {
        data: { values },
        mark: { type: "text", align: "left", dx: 9, color: INK.soft, fontSize: 11.5 },
        encoding: { y, x: x("max"), text: { field: "text" } },
      },
    ],
  };
}
