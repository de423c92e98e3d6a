/** The chart of the selected series: one panel for each, because their units may differ. */
import { formatCompact, formatExact } from "@data-quest/core/format";
import { AXIS, type Chart, COLORS } from "@data-quest/core/page/chart";
import { byTime, type ShownSeries, type Time, timeOf } from "./observations.ts";

const PANEL = 190;
const GAP = 34;

/** The times of all series together, in order. */
export function timesOf(shown: readonly ShownSeries[]): Time[] {
  const times = new Map(
    shown.flatMap(({ rows }) => rows.map(({ year, period }) => [timeOf({ year, period }), { year, period }])),
  );
  return [...times.values()].sort(byTime);
}

/** The series over time, each in its own panel, with its best year marked. */
export function explorerChart(shown: readonly ShownSeries[]): Chart {
  const times = timesOf(shown);
  const rowsByTime = shown.map(({ rows }) => new Map(rows.map((row) => [timeOf(row), row])));
  const valueAt = (panel: number, time: Time) => rowsByTime[panel]?.get(timeOf(time))?.value ?? null;
  const height = shown.length * (PANEL + GAP);
  const ids = shown.map(({ series }) => series.id);
  const first = times[0];
  const last = times.at(-1);
  return {
    id: "explorer",
    title: ids.join(", "),
    description:
      first && last
        ? `A line for each of ${ids.join(", ")} from ${timeOf(first)} to ${timeOf(last)}. The following table has all values.`
        : "",
    height: [height, height],
    axis: "x",
    values: times.map((time) =>
      [
        `${timeOf(time)}: `,
        shown
          .map(({ series }, panel) => {
            const value = valueAt(panel, time);
            const text = value === null ? "no value" : formatExact(value);
            return shown.length === 1 ? text : `${series.id} ${text}`;
          })
          .join("; "),
      ].join(""),
    ),
    draw: () => ({
      title: shown.map(({ series }, panel) => ({
        text: `${series.id}${series.best ? `, best year ${series.best.year}` : ""}`,
        left: 0,
        top: panel * (PANEL + GAP) + 2,
        padding: 0,
        textStyle: { color: COLORS.strong, fontSize: 12, fontWeight: "normal" },
      })),
      grid: shown.map((_, panel) => ({
        left: 56,
        right: 16,
        top: panel * (PANEL + GAP) + 24,
        height: PANEL - 24,
      })),
      xAxis: shown.map((_, panel) => ({
        ...AXIS,
        gridIndex: panel,
        type: "category",
        data: times.map(timeOf),
        axisLabel: { ...AXIS.axisLabel, show: panel === shown.length - 1 },
      })),
      yAxis: shown.map((_, panel) => ({
        ...AXIS,
        gridIndex: panel,
        type: "value",
        scale: true,
        splitNumber: 3,
        axisLabel: { ...AXIS.axisLabel, formatter: formatCompact },
      })),
      series: shown.map(({ series }, panel) => {
        const ofBest = times.filter(({ year }) => year === series.best?.year).map(timeOf);
        return {
          type: "line",
          silent: true,
          xAxisIndex: panel,
          yAxisIndex: panel,
          showAllSymbol: true,
          lineStyle: { color: COLORS.first, width: 2 },
          data: times.map((time) => {
            const value = valueAt(panel, time);
            const isBest = time.year === series.best?.year;
            return {
              value: value === null ? null : Number(value),
              symbol: isBest || times.length === 1 ? "circle" : "none",
              symbolSize: 6,
              itemStyle: { color: COLORS.second },
            };
          }),
          ...(ofBest.length === 0
            ? {}
            : {
                markArea: {
                  silent: true,
                  itemStyle: { color: COLORS.band },
                  data: [[{ xAxis: ofBest[0] }, { xAxis: ofBest.at(-1) }]],
                },
              }),
        };
      }),
    }),
  };
}
