import { formatChange, formatCompact, formatExact, formatNumber } from "../../format.ts";
import { AXIS, type Chart, COLORS } from "../../page/chart.ts";
import type { Revisions } from "../report.ts";

type Compared = Extract<Revisions, { outcome: "compared" }>;

const KINDS = [
  { kind: "changed", name: "changed", color: COLORS.second },
  { kind: "added", name: "new", color: COLORS.first },
  { kind: "dropped", name: "dropped", color: COLORS.third },
  { kind: "footnotes", name: "different footnotes", color: COLORS.fourth },
] as const;

/** How many observations of each year were changed, are new, were dropped, or have different footnotes. */
export function revisedYearsChart({ byYear, changed, added, dropped, footnotes }: Compared): Chart {
  const years = byYear.map(({ year }) => String(year));
  const kinds = KINDS.filter(({ kind }) => byYear.some((row) => row[kind] > 0));
  return {
    id: "revised-years-chart",
    title: "Observations that differ, by the year they describe",
    description: `Stacked bars from ${years[0]} to ${years.at(-1)}: a total of ${formatNumber(changed)} observations changed, ${formatNumber(added)} new, ${formatNumber(dropped)} dropped, ${formatNumber(footnotes)} with different footnotes.`,
    height: [300, 260],
    axis: "x",
    values: byYear.map(
      (row) =>
        `${row.year}: ${KINDS.map(({ kind, name }) => `${formatNumber(row[kind])} ${name}`).join(", ")}`,
    ),
    draw: () => ({
      legend: {
        top: 0,
        left: 0,
        itemWidth: 12,
        itemHeight: 12,
        itemGap: 28,
        icon: "rect",
        selectedMode: false,
        textStyle: { color: COLORS.text, fontSize: 12 },
        data: kinds.map(({ name }) => name),
      },
      grid: {
        left: 8,
        right: 8,
        top: 36,
        bottom: 4,
        outerBoundsMode: "same",
        outerBoundsContain: "axisLabel",
      },
      xAxis: { ...AXIS, type: "category", data: years },
      yAxis: { ...AXIS, type: "value", minInterval: 1, splitNumber: 4 },
      series: kinds.map(({ kind, name, color }) => ({
        type: "bar",
        name,
        stack: "observations",
        silent: true,
        barCategoryGap: "25%",
        itemStyle: { color },
        data: byYear.map((row) => row[kind]),
      })),
    }),
  };
}

/** In pixels. The reader's font is unknown, but no common font needs more for a capital letter or a digit at 12 px. */
const WIDEST_CHARACTER = 8.5;
/** In pixels. Roughly fits BLS's longest series IDs (17 characters), and leaves room for the bars on a phone. */
const WIDEST_LABELS = 150;

/** How many series the chart of the largest changes shows. */
const MOST_LARGEST_CHANGES = 12;

/** The largest changes, one per series. */
export function largestChangesChart({ rows }: Compared): Chart {
  const shown = rows.slice(0, MOST_LARGEST_CHANGES);
  const place = ({ largest: { year, period } }: Compared["rows"][number]) => `${year} ${period}`;
  const height = 24 + shown.length * 34;
  const longest = Math.max(...shown.map(({ seriesId }) => seriesId.length), "2024 Q01".length);
  const changes =
    Math.max(...shown.map(({ largest }) => formatChange(largest.change).length)) * WIDEST_CHARACTER;
  const labels = Math.min(longest * WIDEST_CHARACTER, WIDEST_LABELS);
  return {
    id: "largest-changes-chart",
    title: "The largest changes, in each series’ own unit",
    description: `${shown
      .slice(0, 3)
      .map(
        (row) =>
          `${row.seriesId} in ${place(row)}: ${formatExact(row.largest.before)} became ${formatExact(row.largest.after)}`,
      )
      .join("; ")}. The table that follows has more.`,
    height: [height, height],
    axis: "y",
    values: shown.map(
      (row) =>
        `${row.seriesId} in ${place(row)}: ${formatExact(row.largest.before)} became ${formatExact(row.largest.after)} (${formatChange(row.largest.change)})`,
    ),
    draw: ({ narrow }) => ({
      grid: { left: 12 + labels, right: 12 + changes, top: 0, bottom: 24 },
      xAxis: {
        ...AXIS,
        type: "value",
        splitNumber: narrow ? 2 : 5,
        axisLabel: { ...AXIS.axisLabel, formatter: formatCompact },
      },
      yAxis: {
        ...AXIS,
        type: "category",
        inverse: true,
        data: shown.map((row) => `${row.seriesId}\n${place(row)}`),
        axisLine: { show: false },
        axisLabel: { ...AXIS.axisLabel, interval: 0, lineHeight: 14, width: labels, overflow: "truncate" },
      },
      series: [
        {
          type: "bar",
          silent: true,
          barWidth: 14,
          itemStyle: { color: COLORS.second },
          label: { show: true, position: "right", color: COLORS.strong, fontSize: 12 },
          data: shown.map(({ largest: { change } }) => ({
            value: Number(change),
            label: { formatter: formatChange(change) },
          })),
        },
      ],
    }),
  };
}
