/** Charts as SVG, rendered without a browser. */

import { html, raw } from "hono/html";
import { type EChartsCoreOption, init } from "#echarts";

/**
 * Width and height of a chart in CSS pixels. Its text keeps its font size only if the page shows the chart with
 * this width and height.
 */
export type Size = { width: number; height: number; narrow: boolean };

/** A chart: a short title and description of what it shows, and how it is drawn at a given size. */
export type Chart = {
  id: string;
  title: string;
  description: string;
  /** The chart's heights on a wide page and on a narrow page. */
  height: [wide: number, narrow: number];
  /** The axis that shows the categories. */
  axis: "x" | "y";
  /** For each category, in order: a string with the values that the chart shows for it. */
  values: readonly string[];
  draw: (size: Size) => EChartsCoreOption;
};

const WIDE = 880;
const NARROW = 340;

/**
 * The page's colors. A style sheet gives them their values, so that a chart follows the reader's color
 * scheme.
 */
export const COLORS = {
  text: "var(--muted)",
  strong: "var(--ink)",
  line: "var(--line)",
  first: "var(--blue)",
  second: "var(--orange)",
  third: "var(--grey)",
  fourth: "var(--green)",
  band: "var(--band)",
} as const;

/** The options that all axes share. */
export const AXIS = {
  axisLine: { lineStyle: { color: COLORS.line } },
  axisTick: { show: false },
  axisLabel: { color: COLORS.text, hideOverlap: true },
  splitLine: { lineStyle: { color: COLORS.line } },
};

/**
 * A chart in two sizes, for wide pages and for phones. The style sheet shows one of them. Both are images
 * with the same text alternative.
 */
export function renderChart(chart: Chart) {
  const {
    id,
    title,
    description,
    height: [wide, narrow],
  } = chart;
  const image = (name: string, size: Size) => {
    const own = `${id}-${name}`;
    const { shapes, places } = render(own, chart, size);
    return html`<div class="chart ${name}" data-places="${places.join(" ")}"><svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${own}-title ${own}-text">
<title id="${own}-title">${title}</title><desc id="${own}-text">${description}</desc>${raw(shapes)}</svg></div>`;
  };
  return [
    image("wide", { width: WIDE, height: wide, narrow: false }),
    image("narrow", { width: NARROW, height: narrow, narrow: true }),
  ];
}

/**
 * Returns the contents of the chart's svg element, in which IDs start with `own`, and the position of each
 * category on the category axis, in pixels.
 */
function render(own: string, { axis, values, draw }: Chart, size: Size) {
  const { width, height } = size;
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: "sans-serif", fontSize: 12, color: COLORS.text },
      ...draw(size),
    });
    const finder = axis === "x" ? { xAxisIndex: 0 } : { yAxisIndex: 0 };
    const places = values.map((_, category) => Math.round(chart.convertToPixel(finder, category)));
    return { shapes: withoutStyles(own, chart.renderToSVGString()), places };
  } finally {
    // A chart that is not disposed of keeps the process alive.
    chart.dispose();
  }
}

/**
 * Returns the contents of an SVG without style attributes, which the page's Content-Security-Policy refuses, and
 * without parts that are needed only for hovering. The renderer numbers IDs across charts. Its IDs are replaced by
 * IDs that are the same in every process. The renderer escapes quotes and brackets in text, so no text can match
 * the patterns below.
 */
function withoutStyles(own: string, svg: string): string {
  return svg
    .replace(/^<svg [^>]*>/, "")
    .replace(/<\/svg>$/, "")
    .replace(/<style.*?<\/style>/s, "")
    .replace(/ (?:style|class|ecmeta_\w+|pointer-events|xml:space)="[^"]*"/g, "")
    .replace(/ (id="|clip-path="url\(#)zr\d+-/g, ` $1${own}-`)
    .replace(/\n+/g, "");
}
