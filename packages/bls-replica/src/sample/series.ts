/** The series of the sample: real series IDs of the survey `pr`, with made-up observations. */
import { observationsOf } from "./observations.ts";
import type { Observation } from "./text-file.ts";

/** A series and its observations, oldest first. The codes are those of the mapping files. */
export type Series = {
  id: string;
  sector: string;
  class: string;
  measure: string;
  duration: string;
  observations: Observation[];
};

const SECTORS = ["3000", "3100", "3200", "8400", "8500", "8800"];
/** Hours worked, labor productivity, unit labor costs: published by quarter for every sector. */
const QUARTERLY = ["03", "09", "11"];
/** Nonlabor payments and labor share, only for manufacturing. BLS publishes these only as annual averages. */
const ANNUAL = ["08", "17"];

/** All series of the sample, ordered by ID. Every call returns the same series. */
export function sampleSeries(): Series[] {
  const series: Series[] = [];
  for (const sector of SECTORS) {
    // The figures for corporations cover employees. Those for the other sectors cover all workers. The data for
    // corporations also ends one quarter earlier.
    const corporate = sector === "8800";
    const classCode = corporate ? "3" : "6";
    for (const measure of [...QUARTERLY, ...(sector === "3000" ? ANNUAL : [])].sort()) {
      const prefix = `PRS${sector}${classCode}${measure}`;
      const annualOnly = ANNUAL.includes(measure);
      const byDuration = observationsOf(prefix, { annualOnly, lastQuarter: corporate ? 3 : 4 });
      for (const [duration, observations] of Object.entries(byDuration)) {
        series.push({ id: prefix + duration, sector, class: classCode, measure, duration, observations });
      }
    }
  }
  return series;
}
