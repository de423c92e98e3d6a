import { formatNumber } from "../../format.ts";
import { AXIS, type Chart, COLORS } from "../../page/chart.ts";
import type { PopulationAnswer } from "./question.ts";

const MILLION = 1_000_000;

/** The population by year with its mean. The years of question 1 are marked. */
export function populationChart({ years: [first, last], mean, byYear }: PopulationAnswer): Chart {
  const earliest = byYear[0];
  const latest = byYear.at(-1);
  const inMillions = (population: number) => `${formatNumber(population / MILLION, 1)} million`;
  return {
    id: "population-chart",
    title: "Population of the United States by year",
    description:
      earliest && latest
        ? `A line from ${inMillions(earliest.population)} in ${earliest.year} to ${inMillions(latest.population)} in ${latest.year}. The mean from ${first} to ${last} is ${inMillions(mean)}.`
        : "",
    height: [320, 260],
    axis: "x",
    values: byYear.map(({ year, population }) => `${year}: ${formatNumber(population)} people`),
    draw: ({ narrow }) => ({
      title: {
        text: `Mean ${first} to ${last}: ${formatNumber(mean / MILLION, 1)} M`,
        left: 0,
        top: 0,
        padding: 0,
        textStyle: { color: COLORS.second, fontSize: 12, fontWeight: "normal" },
      },
      grid: {
        left: 8,
        right: narrow ? 20 : 32,
        top: 28,
        bottom: 4,
        outerBoundsMode: "same",
        outerBoundsContain: "axisLabel",
      },
      xAxis: { ...AXIS, type: "category", boundaryGap: false, data: byYear.map(({ year }) => String(year)) },
      yAxis: {
        ...AXIS,
        type: "value",
        scale: true,
        splitNumber: 4,
        axisLine: { show: false },
        axisLabel: { ...AXIS.axisLabel, formatter: (value: number) => `${value / MILLION} M` },
      },
      series: [
        {
          type: "line",
          data: byYear.map(({ population }) => population),
          symbol: "circle",
          showAllSymbol: true,
          symbolSize: 7,
          lineStyle: { color: COLORS.first, width: 2.5 },
          itemStyle: { color: COLORS.first },
          silent: true,
          markArea: {
            silent: true,
            itemStyle: { color: COLORS.band },
            data: [[{ xAxis: String(first) }, { xAxis: String(last) }]],
          },
          markLine: {
            silent: true,
            symbol: "none",
            lineStyle: { color: COLORS.second, width: 2, type: "dashed" },
            label: { show: false },
            data: [[{ coord: [String(first), mean] }, { coord: [String(last), mean] }]],
          },
        },
      ],
    }),
  };
}
