/**
 * The sample's survey `cu`. It has months, half-years, and annual averages; series without values; and a mapping
 * file that is not named after its column.
 */
import { ABOUT_CONSUMER_PRICES, CONTACTS } from "./prose.ts";
import { seededRandom } from "./seeded-random.ts";
import { dataFile, mappingFile, type Observation, spanOf, textFile } from "./text-file.ts";

const FIRST_YEAR = 2017;
const LAST_YEAR = 2024;
/** Values after this month of the last year are preliminary. */
const LAST_FINAL_MONTH = 9;

const SORTED = ["display_level", "selectable", "sort_sequence"];

const MAPPING_FILES: Record<string, string[][]> = {
  "cu.base": [
    ["base_code", "base_name"],
    ["S", "Current"],
  ],
  "cu.footnote": [
    ["footnote_code", "footnote_text"],
    ["P", "Preliminary"],
  ],
  "cu.item": [
    ["item_code", "item_name", ...SORTED],
    ["SA0", "All items", "0", "T", "1"],
    ["SA0E", "Energy", "1", "T", "374"],
    ["SAF1", "Food", "1", "T", "3"],
    ["SEHA", "Rent of primary residence", "3", "T", "133"],
    ["SETB01", "Gasoline (all types)", "3", "T", "254"],
  ],
  "cu.period": [
    ["period", "period_abbr", "period_name"],
    ["M01", "JAN", "January"],
    ["M02", "FEB", "February"],
    ["M03", "MAR", "March"],
    ["M04", "APR", "April"],
    ["M05", "MAY", "May"],
    ["M06", "JUN", "June"],
    ["M07", "JUL", "July"],
    ["M08", "AUG", "August"],
    ["M09", "SEP", "September"],
    ["M10", "OCT", "October"],
    ["M11", "NOV", "November"],
    ["M12", "DEC", "December"],
    ["M13", "AN AV", "Annual Average"],
    ["S01", "HALF1", "1st Half"],
    ["S02", "HALF2", "2nd Half"],
    ["S03", "AN AV", "Annual Average"],
  ],
  "cu.periodicity": [
    ["periodicity_code", "periodicity_name"],
    ["R", "Monthly"],
    ["S", "Semi-Annual"],
  ],
  "cu.place": [
    ["area_code", "area_name", ...SORTED],
    ["0000", "U.S. city average", "0", "T", "1"],
    ["0100", "Northeast", "0", "T", "5"],
    ["S49D", "Seattle-Tacoma-Bellevue WA", "1", "T", "57"],
  ],
  "cu.seasonal": [
    ["seasonal_code", "seasonal_text"],
    ["S", "Seasonally Adjusted"],
    ["U", "Not Seasonally Adjusted"],
  ],
};

/** `publishes` says which periods the series has: months (and averages, unless it is seasonally adjusted), half-years, or no value at all. */
type Series = {
  seasonal: "S" | "U";
  periodicity: "R" | "S";
  area: string;
  item: string;
  publishes: "months" | "half-years" | "nothing";
};

const SERIES: Series[] = [
  { seasonal: "S", periodicity: "R", area: "0000", item: "SA0", publishes: "months" },
  { seasonal: "U", periodicity: "R", area: "0000", item: "SA0", publishes: "months" },
  { seasonal: "U", periodicity: "R", area: "0000", item: "SA0E", publishes: "months" },
  { seasonal: "U", periodicity: "R", area: "0000", item: "SAF1", publishes: "months" },
  { seasonal: "U", periodicity: "R", area: "0000", item: "SETB01", publishes: "months" },
  { seasonal: "U", periodicity: "R", area: "0100", item: "SA0", publishes: "months" },
  { seasonal: "U", periodicity: "R", area: "0100", item: "SEHA", publishes: "nothing" },
  { seasonal: "U", periodicity: "R", area: "S49D", item: "SETB01", publishes: "nothing" },
  { seasonal: "U", periodicity: "S", area: "0000", item: "SA0", publishes: "half-years" },
  { seasonal: "U", periodicity: "S", area: "S49D", item: "SA0", publishes: "half-years" },
];

/** The survey's twelve files: name -> text. */
export function consumerPriceFiles(): Map<string, string> {
  const series = SERIES.map((each) => ({ ...each, id: idOf(each), observations: observationsOf(each) }));
  const files = new Map<string, string>();
  for (const [name, lines] of Object.entries(MAPPING_FILES)) files.set(name, mappingFile(lines));
  files.set("cu.contacts", textFile(CONTACTS));
  files.set("cu.data.0.Current", dataFile(series));
  files.set("cu.data.1.AllItems", dataFile(series.filter(({ item }) => item === "SA0")));
  const header =
    "series_id        ,area_code,item_code,seasonal,periodicity_code,base_code,base_period,series_title," +
    "footnote_codes,begin_year,begin_period,end_year,end_period";
  const lines = series.map(({ id, area, item, seasonal, periodicity, observations, ...each }) => {
    const title = titleOf({ area, item, seasonal, periodicity, ...each });
    const fields = [id.padEnd(17), area, item, seasonal, periodicity, "S", "1982-84=100", title, ""];
    return [...fields, ...spanOf(observations)].join("\t");
  });
  files.set("cu.series", textFile([header.replaceAll(",", "\t"), ...lines]));
  files.set("cu.txt", textFile(ABOUT_CONSUMER_PRICES));
  return files;
}

function idOf({ seasonal, periodicity, area, item }: Series): string {
  return `CU${seasonal}${periodicity}${area}${item}`;
}

function titleOf({ area, item, seasonal }: Series): string {
  const name = (file: string, code: string) => MAPPING_FILES[file]?.find(([first]) => first === code)?.[1];
  const adjusted = seasonal === "S" ? "seasonally adjusted" : "not seasonally adjusted";
  return `${name("cu.item", item)} in ${name("cu.place", area)}, all urban consumers, ${adjusted}`;
}

/** Levels that grow at random, month by month. Each half-year and year has the mean of its months. */
function observationsOf(series: Series): Observation[] {
  const { seasonal, publishes } = series;
  const random = seededRandom(idOf(series));
  const observations: Observation[] = [];
  let level = 200 + 60 * random();
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    const months = Array.from({ length: 12 }, () => {
      level *= 1 + (random() - 0.35) / 100;
      return level;
    });
    const add = (period: string, value: string, lastMonth: number) => {
      const isPreliminary = publishes !== "nothing" && year === LAST_YEAR && lastMonth > LAST_FINAL_MONTH;
      observations.push({ year, period, value, footnotes: isPreliminary ? "P" : "" });
    };
    const write = (values: number[]) =>
      publishes === "nothing"
        ? "-"
        : (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3);
    if (publishes !== "half-years") {
      for (const [month, value] of months.entries())
        add(`M${String(month + 1).padStart(2, "0")}`, write([value]), month + 1);
      if (seasonal === "S") continue;
      add("M13", write(months), 12);
    }
    add("S01", write(months.slice(0, 6)), 6);
    add("S02", write(months.slice(6)), 12);
    add("S03", write(months), 12);
  }
  return observations;
}
