/** The chart of the selected series: one panel for each, because their units may differ. */
import { formatCompact, formatExact } from "@data-quest/core/format";
import { AXIS, type Chart, COLORS } from "@data-quest/core/page/chart";
import { byTime, type ShownSeries, type Time, timeOf } from "./observations.ts";

const PANEL = 190;
const GAP = 34;

/** The times at which any of the series has an observation, in order. */
function timesOf(shown: readonly ShownSeries[]): Time[] {
  const times = new Map(
    shown.flatMap(({ rows }) => rows.map(({ year, period }) => [timeOf({ year, period }), { year, period }])),
  );
  return [...times.values()].sort(byTime);
}

/** A series in its panel, with a value or null for each time of the chart. */
type Panel = { id: string; bestYear: number | undefined; values: readonly (string | null)[] };

/** The series over time, each in its own panel, with its best year marked. */
export function explorerChart(shown: readonly ShownSeries[]): Chart {
  const times = timesOf(shown);
  const panels = shown.map((each) => panelOf(each, times));
  const height = panels.length * (PANEL + GAP);
  const title = panels.map(({ id }) => id).join(", ");
  return {
    id: "explorer",
    title,
    description: describe(title, times),
    height: [height, height],
    axis: "x",
    values: times.map((time, at) => `${timeOf(time)}: ${valuesText(panels, at)}`),
    draw: () => ({
      title: panels.map(panelTitle),
      grid: panels.map((_, index) => ({ left: 56, right: 16, top: topOf(index) + 24, height: PANEL - 24 })),
      xAxis: panels.map((_, index) => timeAxis(times, index, index === panels.length - 1)),
      yAxis: panels.map((_, index) => valueAxis(index)),
      series: panels.map((panel, index) => line(panel, index, times)),
    }),
  };
}

function panelOf({ series: { id, best }, rows }: ShownSeries, times: readonly Time[]): Panel {
  const values = new Map(rows.map((row) => [timeOf(row), row.value]));
  return { id, bestYear: best?.year, values: times.map((time) => values.get(timeOf(time)) ?? null) };
}

function describe(title: string, times: readonly Time[]): string {
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return "";
  return `One line per series (${title}) from ${timeOf(first)} to ${timeOf(last)}. The following table has all values.`;
}

/** The values of all series at one point in time, with the IDs of the series if there are several. */
function valuesText(panels: readonly Panel[], at: number): string {
  const texts = panels.map(({ id, values }) => {
    const value = values[at] ?? null;
    const text = value === null ? "no value" : formatExact(value);
    return panels.length === 1 ? text : `${id} ${text}`;
  });
  return texts.join("; ");
}

function topOf(index: number): number {
  return index * (PANEL + GAP);
}

function panelTitle({ id, bestYear }: Panel, index: number) {
  return {
    text: bestYear === undefined ? id : `${id}, best year ${bestYear}`,
    left: 0,
    top: topOf(index) + 2,
    padding: 0,
    textStyle: { color: COLORS.strong, fontSize: 12, fontWeight: "normal" },
  };
}

function timeAxis(times: readonly Time[], index: number, isLabeled: boolean) {
  return {
    ...AXIS,
    gridIndex: index,
    type: "category",
    data: times.map(timeOf),
    axisLabel: { ...AXIS.axisLabel, show: isLabeled },
  };
}

function valueAxis(index: number) {
  return {
    ...AXIS,
    gridIndex: index,
    type: "value",
    scale: true,
    splitNumber: 3,
    axisLabel: { ...AXIS.axisLabel, formatter: formatCompact },
  };
}

function line({ bestYear, values }: Panel, index: number, times: readonly Time[]) {
  return {
    type: "line",
    silent: true,
    xAxisIndex: index,
    yAxisIndex: index,
    showAllSymbol: true,
    lineStyle: { color: COLORS.first, width: 2 },
    data: times.map(({ year }, at) => {
      const value = values[at] ?? null;
      return {
        value: value === null ? null : Number(value),
        symbol: year === bestYear || times.length === 1 ? "circle" : "none",
        symbolSize: 6,
        itemStyle: { color: COLORS.second },
      };
    }),
    ...bestYearBand(times.filter(({ year }) => year === bestYear)),
  };
}

function bestYearBand(times: readonly Time[]) {
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return {};
  return {
    markArea: {
      silent: true,
      itemStyle: { color: COLORS.band },
      data: [[{ xAxis: timeOf(first) }, { xAxis: timeOf(last) }]],
    },
  };
}
