/** A small survey `xx` in three buckets: two equal data files, the files that contain names, and the population. */
import type { SyncResult } from "@data-quest/core/workflow";
import { openWarehouse, type Warehouse } from "./warehouse.ts";

export const HEADER = "series_id \tyear\tperiod\tvalue\tfootnote_codes\r\n";
export const DATA = `${HEADER}${[
  "XXA\t2019\tM01\t  1.0\t",
  "XXA\t2019\tM02\t 10.0\tR",
  "XXA\t2019\tM13\t500.0\t",
  "XXA\t2022\tM02\t    -\t",
  "XXB\t2020\tM01\t  0.1\t",
  "XXB\t2021\tM01\t  0.1\t",
  "XXC\t2020\tA01\t    7\t",
].join("\r\n")}\r\n`;
export const SERIES = `series_id\tarea_code\tseasonal\tsort_code\tfootnote_codes\tseries_title\r\n${[
  'XXA\t01\tS\tz9\t\tAll, of "it"',
  "XXB\t02\tU\tz9\t\t=HYPERLINK(1)",
  "XXC\t99\tS\tz9\t\t",
].join("\r\n")}\r\n`;
export const AREA = "area_code\tarea_name\tdisplay_level\n01\tNorth\t0\n02\tSouth\t0\n\n";
const SEASONAL = "Seasonal_code\tSeasonal_text\r\nS\tAdjusted\r\nU\tNot adjusted\r\n\r\n";
const POPULATION = JSON.stringify({
  source: [],
  data: [2019, 2020, 2021].map((year) => ({
    Nation: "United States",
    Year: `${year}`,
    Population: 100 + (year % 10),
  })),
});

/** The buckets, and sync's results for the files in them. */
export type SmallSurvey = { warehouse: Warehouse; files: SyncResult[]; population: SyncResult };

/** Puts the survey into new buckets. One of its files is no longer at the source. */
export async function openSmallSurvey(): Promise<SmallSurvey> {
  const warehouse = await openWarehouse();
  const { put } = warehouse;
  const files: SyncResult[] = [
    await put("bls/xx/xx.data.0.Current", DATA),
    await put("bls/xx/xx.data.1.AllData", DATA),
    await put("bls/xx/xx.series", SERIES),
    await put("bls/xx/xx.area", AREA),
    await put("bls/xx/xx.seasonal", SEASONAL),
    { ...(await put("bls/xx/xx.sort", "gone")), action: "removed" },
  ];
  const population = await put("usa-api-sync/population/nation_population.json", POPULATION, {
    synthetic: "true",
  });
  return { warehouse, files, population };
}
