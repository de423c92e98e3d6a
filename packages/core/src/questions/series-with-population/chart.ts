import { formatCompact, formatExact, formatNumber } from "../../format.ts";
import { AXIS, type Chart, COLORS } from "../../page/chart.ts";
import type { SeriesAnswer } from "./question.ts";

const MILLION = 1_000_000;

/** The chosen series over time, and below it the population in the same years. */
export function seriesChart({ seriesId, period, rows }: NonNullable<SeriesAnswer>): Chart {
  const values = rows.map(({ value }) => (value === null ? null : Number(value)));
  const known = values.filter((value) => value !== null);
  // Bars start at zero, so they suit series with values on both sides of zero. In other series, all bars would
  // look the same.
  const bars = Math.min(...known) < 0;
  const years = rows.map(({ year }) => String(year));
  return {
    id: "series-chart",
    title: `${seriesId} in ${period}, and the population of the same years`,
    description: `Above, the value of the series by year from ${years[0]} to ${years.at(-1)}; below, the population of the United States where known. The following table has all figures.`,
    height: [400, 360],
    axis: "x",
    values: rows.map(({ year, value, population }) =>
      [
        `${year}: ${value === null ? "no value" : formatExact(value)}`,
        population === null ? "no population" : `${formatNumber(population)} people`,
      ].join(", "),
    ),
    draw: ({ height }) => {
      const upper = Math.round((height - 80) * 0.58);
      const lower = height - 80 - upper;
      const grid = { left: 56, right: 16 };
      const title = (text: string, top: number) => ({
        text,
        left: 0,
        top,
        padding: 0,
        textStyle: { color: COLORS.strong, fontSize: 12, fontWeight: "normal" },
      });
      return {
        title: [title("Value", 0), title("Population", 28 + upper + 16)],
        grid: [
          { ...grid, top: 28, height: upper },
          { ...grid, top: 28 + upper + 44, height: lower },
        ],
        xAxis: [
          { ...AXIS, gridIndex: 0, type: "category", data: years, axisLabel: { show: false } },
          { ...AXIS, gridIndex: 1, type: "category", data: years },
        ],
        yAxis: [
          {
            ...AXIS,
            gridIndex: 0,
            type: "value",
            scale: !bars,
            splitNumber: 4,
            axisLabel: { ...AXIS.axisLabel, formatter: formatCompact },
          },
          {
            ...AXIS,
            gridIndex: 1,
            type: "value",
            scale: true,
            splitNumber: 2,
            axisLabel: { ...AXIS.axisLabel, formatter: (value: number) => `${value / MILLION} M` },
          },
        ],
        series: [
          {
            type: bars ? "bar" : "line",
            silent: true,
            xAxisIndex: 0,
            yAxisIndex: 0,
            data: values,
            symbol: "circle",
            showAllSymbol: true,
            symbolSize: 6,
            barCategoryGap: "30%",
            itemStyle: { color: COLORS.first },
            lineStyle: { color: COLORS.first, width: 2.5 },
          },
          {
            type: "line",
            silent: true,
            xAxisIndex: 1,
            yAxisIndex: 1,
            data: rows.map(({ population }) => population),
            symbol: "circle",
            showAllSymbol: true,
            symbolSize: 6,
            itemStyle: { color: COLORS.second },
            lineStyle: { color: COLORS.second, width: 2.5 },
          },
        ],
      };
    },
  };
}
