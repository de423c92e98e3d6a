import { count } from "../../format.ts";
import { AXIS, type Chart, COLORS } from "../../page/chart.ts";
import type { BestYearsAnswer } from "./question.ts";

/** How many series have their best year in each year, with the most frequent year marked. */
export function bestYearsChart({ byYear, series }: BestYearsAnswer): Chart {
  const found = new Map(byYear.map((row) => [row.year, row.series]));
  const first = byYear[0]?.year ?? 0;
  const last = byYear.at(-1)?.year ?? 0;
  const years = Array.from(
    { length: byYear.length === 0 ? 0 : last - first + 1 },
    (_, index) => first + index,
  );
  const most = Math.max(...found.values());
  const mostFrequent = years.filter((year) => found.get(year) === most).join(", ");
  return {
    id: "best-years-chart",
    title: "How many series have their best year in each year",
    description: `Bars from ${first} to ${last}. The tallest (${count(most, "series", "series")} of ${series}): ${mostFrequent}.`,
    height: [280, 240],
    axis: "x",
    values: years.map((year) => `${year}: ${count(found.get(year) ?? 0, "series", "series")}`),
    draw: () => ({
      grid: {
        left: 8,
        right: 8,
        top: 24,
        bottom: 4,
        outerBoundsMode: "same",
        outerBoundsContain: "axisLabel",
      },
      xAxis: { ...AXIS, type: "category", data: years.map(String) },
      yAxis: { ...AXIS, type: "value", minInterval: 1, splitNumber: 4 },
      series: [
        {
          type: "bar",
          silent: true,
          barCategoryGap: "25%",
          data: years.map((year) => {
            const value = found.get(year) ?? 0;
            const isMost = value === most;
            return {
              value,
              itemStyle: { color: isMost ? COLORS.second : COLORS.first },
              label: { show: isMost, position: "top", color: COLORS.strong, fontSize: 12 },
            };
          }),
        },
      ],
    }),
  };
}
