/** The three answers, for a terminal. */
import type { ShortAnswers } from "@data-quest/core/analysis/short-answers";
import type { Paint } from "./progress.ts";

/** The answers as lines. Figures are rounded for reading; the report has them whole. */
export function answerLines(result: ShortAnswers, paint: Paint): string[] {
  const { population, bestYears, seriesWithPopulation, revisions } = result;
  const [first, last] = population.years;
  const lines = [
    paint("bold", `1. U.S. population ${first} to ${last}`),
    `   mean                ${decimal(population.mean, 1)}`,
    `   standard deviation  ${decimal(population.standardDeviation, 2)} (sample)`,
    "",
    paint("bold", `2. Best year of each series in ${bestYears.dataFile}`),
    `   ${count(bestYears.series, "series", "series")} from ${count(bestYears.observations, "observation")}: ${bases(bestYears.byBasis)}; ${bestYears.tied} tied`,
    "",
  ];
  if (seriesWithPopulation === null) {
    lines.push(
      paint("bold", "3. Series with population"),
      "   no series was asked for (analysis.series in the input)",
    );
  } else {
    const { seriesId, period, rows, observations } = seriesWithPopulation;
    lines.push(
      paint("bold", `3. ${seriesId} in ${period} with the year's population`),
      paint("dim", `   ${"year".padEnd(6)}${"value".padStart(10)}${"population".padStart(16)}`),
      ...rows.map(
        (row) =>
          `   ${String(row.year).padEnd(6)}${(row.value ?? "-").padStart(10)}${decimal(row.population, 0).padStart(16)}`,
      ),
      paint("dim", `   ${rows.length} of ${count(observations, "observation")} have a population`),
    );
  }
  if (revisions !== null) {
    const { changed, changedSeries, added, dropped } = revisions;
    lines.push(
      "",
      paint("bold", "Beside the version before"),
      `   ${count(changed, "value")} of ${count(changedSeries, "series", "series")} changed; ${decimal(added, 0)} new, ${decimal(dropped, 0)} dropped`,
    );
  }
  if (result.synthetic) {
    lines.push(
      "",
      paint(
        "yellow",
        "The sample's observations are synthetic, but for the population and PRS30006032 in Q01 of 2013 to 2018.",
      ),
      paint("yellow", "Use --source live (with --contact) for the real survey."),
    );
  }
  return lines;
}

function decimal(value: number, digits: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}

const BASES: ReadonlyMap<string, string> = new Map([
  ["annual", "annual values only"],
  ["all", "all periods, averages included"],
]);

function bases(byBasis: ShortAnswers["bestYears"]["byBasis"]): string {
  return Object.entries(byBasis)
    .filter(([, series]) => series > 0)
    .map(([basis, series]) => `${series} by ${BASES.get(basis) ?? basis}`)
    .join(", ");
}
