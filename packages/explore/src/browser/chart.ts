/** The chart of the selected series: one panel for each, because their units may differ. */
import { periodPlace } from "@data-quest/core/bls-file/periods";
import { formatCompact, formatExact } from "@data-quest/core/format";
import { AXIS, type Chart, COLORS } from "@data-quest/core/page/chart";
import type { ShownObservation, ShownSeries } from "./observations.ts";

const PANEL = 190;
const GAP = 34;

/** The times of all series together, in order. */
export function timesOf(shown: readonly ShownSeries[]): Pick<ShownObservation, "year" | "period">[] {
  const times = new Map(
    shown.flatMap(({ rows }) =>
      rows.map(({ year, period }) => [`${year} ${period}`, { year, period }] as const),
    ),
  );
  return [...times.values()].sort((a, b) => a.year - b.year || periodPlace(a.period) - periodPlace(b.period));
}

/** The series over time, each in its own panel, with its best year marked. */
export function explorerChart(shown: readonly ShownSeries[]): Chart {
  const times = timesOf(shown);
  const label = ({ year, period }: (typeof times)[number]) => `${year} ${period}`;
  const byTime = shown.map(({ rows }) => new Map(rows.map((row) => [label(row), row])));
  const valueAt = (panel: number, time: string) => byTime[panel]?.get(time)?.value ?? null;
  const height = shown.length * (PANEL + GAP);
  const ids = shown.map(({ series }) => series.id);
  const first = times[0];
  const last = times.at(-1);
  return {
    id: "explorer",
    title: ids.join(", "),
    description:
      first && last
        ? `A line for each of ${ids.join(", ")} from ${label(first)} to ${label(last)}. The following table has all values.`
        : "",
    height: [height, height],
    axis: "x",
    values: times.map((time) =>
      [
        `${label(time)}: `,
        shown
          .map(({ series }, panel) => {
            const value = valueAt(panel, label(time));
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
        data: times.map(label),
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
        const ofBest = times.filter(({ year }) => year === series.best?.year).map(label);
        return {
          type: "line",
          silent: true,
          xAxisIndex: panel,
          yAxisIndex: panel,
          showAllSymbol: true,
          lineStyle: { color: COLORS.first, width: 2 },
          data: times.map((time) => {
            const value = valueAt(panel, label(time));
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
