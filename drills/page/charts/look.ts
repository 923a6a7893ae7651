import type { Spec } from "../svg";

/** Colours are the page's variables, so that a picture follows light and dark. */
export const INK = {
  active: "var(--active)",
  standby: "var(--standby)",
  cluster: "var(--cluster)",
  bad: "var(--bad)",
  good: "var(--good)",
  text: "var(--ink)",
  soft: "var(--soft)",
  line: "var(--line)",
  fill: "var(--fill)",
} as const;

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

export type Size = "wide" | "narrow";
/** Of a whole picture, in pixels. */
export const WIDTH: Readonly<Record<Size, number>> = { wide: 1000, narrow: 372 };
const RIGHT = 18;
const FONT_SIZE: Readonly<Record<Size, number>> = { wide: 11.5, narrow: 11 };

const PER_LETTER = 0.56;
const PADDING = 12;

/** Room for names on the left, in pixels. */
export const room = (names: readonly string[], size: Size): number =>
  Math.ceil(Math.max(...names.map((n) => n.length), 6) * PER_LETTER * FONT_SIZE[size]) + PADDING;

export const plotWidth = (size: Size, labels: number): number => WIDTH[size] - labels - RIGHT;

export const config = (size: Size, labels: number): Spec => ({
  font: FONT,
  background: null,
  padding: { left: 0, right: RIGHT, top: 4, bottom: 2 },
  view: { stroke: null },
  axis: {
    labelColor: INK.soft,
    titleColor: INK.soft,
    labelFontSize: FONT_SIZE[size],
    titleFontSize: FONT_SIZE[size],
    titleFontWeight: "normal",
    gridColor: INK.line,
    domainColor: INK.line,
    tickColor: INK.line,
    labelLimit: 0,
  },
  axisY: { minExtent: labels, maxExtent: labels, domain: false, ticks: false },
});
