import type { DrillReport } from "../../report/report";
import type { Spec } from "../svg";
import type { Size } from "./look";
import { config, INK, plotWidth, room } from "./look";
import type { Timeline } from "./timelineData";
import { LANES, timeline } from "./timelineData";

const WRITES_HEIGHT = { wide: 92, narrow: 76 } as const;
const LANE_HEIGHT = 21;
const labels = (size: Size): number => room(LANES, size);
const plot = (size: Size): number => plotWidth(size, labels(size));

const colour = {
  field: "whose",
  type: "nominal",
  scale: { domain: ["active", "standby", "cluster"], range: [INK.active, INK.standby, INK.cluster] },
  legend: null,
};

const x = (t: Timeline, field: string, axis: unknown): Spec => ({
  field,
  type: "quantitative",
  scale: { domain: [t.from, t.to], nice: false, zero: false },
  axis,
});

/** In the middle of the gap, shorter where there is less room, beside it where there is none. */
function gapWords(gap: NonNullable<Timeline["gap"]>, size: Size, t: Timeline): Spec {
  const room = ((gap.to - gap.from) / (t.to - t.from)) * plot(size);
  const [long, short] = [`${gap.seconds.toFixed(1)} s without a write`, `${gap.seconds.toFixed(1)} s`];
  if (room > 170) return { at: (gap.from + gap.to) / 2, what: long, align: "center", dx: 0 };
  if (room > 54) return { at: (gap.from + gap.to) / 2, what: short, align: "center", dx: 0 };
  return { at: gap.to, what: short, align: "left", dx: 4 };
}

function writes(t: Timeline, size: Size): Spec {
  const none = x(t, "at", null);
  const gap = t.gap
    ? [
        {
          data: { values: [t.gap] },
          mark: { type: "rect", color: INK.bad, opacity: 0.14 },
          encoding: { x: x(t, "from", null), x2: { field: "to" } },
        },
        {
          data: { values: [gapWords(t.gap, size, t)] },
          mark: {
            type: "text",
            color: INK.bad,
            fontWeight: 600,
            fontSize: 12,
            align: { expr: "datum.align" },
            dx: { expr: "datum.dx" },
            baseline: "middle",
          },
          encoding: { x: none, text: { field: "what" } },
        },
      ]
    : [];
  return {
    width: plot(size),
    height: WRITES_HEIGHT[size],
    layer: [
      ...gap,
      {
        data: { values: t.writes },
        mark: { type: "area", interpolate: "step-after", color: INK.fill, line: { color: INK.soft, strokeWidth: 1 } },
        encoding: {
          x: none,
          y: {
            field: "perSecond",
            type: "quantitative",
            axis: { title: null, tickCount: 3, labelExpr: "datum.value + ' / s'", labelPadding: 6 },
          },
        },
      },
      ...marks(t, size),
    ],
  };
}

/** Vertical lines; their words stand above, one step higher where they would touch. */
function marks(t: Timeline, size: Size): Spec[] {
  const near = ((t.to - t.from) / plot(size)) * 78;
  const values = t.marks.map((m, i) => {
    const crowd = t.marks.slice(0, i).filter((o) => Math.abs(o.at - m.at) < near).length;
    const right = t.to - m.at < near;
    return { ...m, level: crowd, align: right ? "right" : "left" };
  });
  return [
    {
      data: { values },
      mark: { type: "rule", color: INK.text, strokeDash: [2, 3], opacity: 0.55 },
      encoding: { x: x(t, "at", null) },
    },
    ...values.map((v) => ({
      data: { values: [v] },
      mark: {
        type: "text",
        align: v.align,
        dx: v.align === "right" ? -3 : 3,
        dy: -6 - v.level * 13,
        baseline: "bottom",
        color: INK.text,
      },
      encoding: { x: x(t, "at", null), y: { value: 0 }, text: { field: "what" } },
    })),
  ];
}

function lanes(t: Timeline, size: Size): Spec {
  const y = {
    field: "lane",
    type: "nominal",
    scale: { domain: LANES, paddingInner: 0.25, paddingOuter: 0.2 },
    axis: { title: null, labelColor: INK.text, grid: true, tickBand: "extent", labelPadding: 6 },
  };
  const seconds = { title: "seconds after the fault", grid: true, tickCount: size === "wide" ? 12 : 5 };
  const bars = (kind: string, mark: Spec): Spec => ({
    data: { values: t.bars.filter((b) => b.kind === kind) },
    mark: { type: "bar", cornerRadius: 2, ...mark },
    encoding: { y, x: x(t, "from", seconds), x2: { field: "to" }, color: colour, yOffset: OFFSET },
  });
  return {
    width: plot(size),
    height: LANES.length * LANE_HEIGHT,
    layer: [
      bars("state", { height: 7, opacity: 1 }),
      bars("work", { height: 7, opacity: 0.6 }),
      {
        data: { values: t.marks },
        mark: { type: "rule", color: INK.text, strokeDash: [2, 3], opacity: 0.55 },
        encoding: { x: x(t, "at", seconds) },
      },
    ],
  };
}

/** The two nodes stand above one another in a row, so that both at once would be seen. */
const OFFSET = { field: "whose", type: "nominal", scale: { domain: ["active", "cluster", "standby"] }, sort: null };

/** Everything of one drill on one axis. */
export function timelineSpec(r: DrillReport, size: Size): Spec {
  const t = timeline(r);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    config: config(size, labels(size)),
    vconcat: [writes(t, size), lanes(t, size)],
    spacing: 6,
    resolve: { scale: { x: "independent", color: "shared" } },
  };
}
