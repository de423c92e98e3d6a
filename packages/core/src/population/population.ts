/** The U.S. population in the formats of DataUSA's two APIs. */
import * as z from "zod";
import { PopulationShapeChanged } from "../errors.ts";
import { schemaFaults } from "../schema-faults.ts";

export { populationKey } from "../constants.ts";

/** The population of the United States in one year, in persons. */
export type YearlyPopulation = { year: number; population: number };

const NATION = "United States";
const COLUMNS = ["Nation", "Year", "Population"];
/**
 * The limit on rows and on columns. No real response has this many. Without a limit, collecting the errors for a
 * million invalid entries would take gigabytes.
 */
export const MOST_ROWS = 1000;
const Persons = z.number().int().positive();

/** A list. If it is too long, its entries are not checked. */
function shortList<Item>(item: z.ZodType<Item>) {
  return z.array(z.unknown()).max(MOST_ROWS, `more than ${MOST_ROWS} entries`).pipe(z.array(item));
}

/** Tesseract: `{"columns": [...], "page": {"total": 11}, "data": [{"Nation": ..., "Year": 2013, "Population": 311536594.0}]}`. */
const TesseractAnswer = z.object({
  columns: shortList(z.string()),
  page: z.object({ total: z.int() }).optional(),
  data: shortList(z.object({ Nation: z.literal(NATION), Year: z.int(), Population: Persons })),
});

/** The older API: `{"data": [{"Nation": ..., "Year": "2013", "Population": 311536594}], "source": [...]}`. */
const LegacyAnswer = z.object({
  source: z.array(z.unknown()),
  data: shortList(
    z.object({ Nation: z.literal(NATION), Year: z.string().regex(/^\d{4}$/), Population: Persons }),
  ),
});

/**
 * Reads a response of either API, with or without a byte order mark, and sorts its rows by year. Throws
 * PopulationShapeChanged, with the reason, if `text` is not such a response, or if the response covers places
 * other than the nation, is cut short, or repeats a year.
 */
export function parsePopulation(text: string): YearlyPopulation[] {
  const json = parseJson(text.replace(/^\uFEFF/, ""));
  const { data } = isLegacy(json) ? parseLegacy(json) : parseTesseract(json);
  const byYear = new Map<number, number>();
  for (const row of data) {
    const year = Number(row.Year);
    if (byYear.has(year))
      throw new PopulationShapeChanged(`The population response has the year ${year} twice`);
    byYear.set(year, row.Population);
  }
  if (byYear.size === 0) throw new PopulationShapeChanged("The population response has no years");
  return [...byYear].map(([year, population]) => ({ year, population })).sort((a, b) => a.year - b.year);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PopulationShapeChanged(
      `The population response is not JSON. It begins: ${JSON.stringify(text.slice(0, 400).trim().slice(0, 80))}`,
      { cause: error },
    );
  }
}

function isLegacy(json: unknown): boolean {
  return typeof json === "object" && json !== null && "source" in json && !("columns" in json);
}

function parseLegacy(json: unknown): z.infer<typeof LegacyAnswer> {
  const result = LegacyAnswer.safeParse(json);
  if (!result.success) throw shapeChanged(json, result.error);
  return result.data;
}

function parseTesseract(json: unknown): z.infer<typeof TesseractAnswer> {
  const result = TesseractAnswer.safeParse(json);
  if (!result.success) throw shapeChanged(json, result.error);
  const { page, data } = result.data;
  if (page === undefined || page.total === data.length) return result.data;
  throw new PopulationShapeChanged(
    `The population response has ${data.length} of the ${page.total} rows that it announces: request all pages`,
  );
}

/**
 * An error with the schema's reasons. It also lists the response's columns if an expected column is missing, and
 * the response's keys if it has no `data`.
 */
function shapeChanged(json: unknown, error: z.ZodError): PopulationShapeChanged {
  const reasons = [schemaFaults(error)];
  const { data } = z.object({ columns: z.array(z.unknown()) }).safeParse(json);
  const columns = data?.columns.filter((column) => typeof column === "string");
  if (columns !== undefined && COLUMNS.some((column) => !columns.includes(column)))
    reasons.push(`its columns are ${shortened(columns)}`);
  if (typeof json === "object" && json !== null && !Array.isArray(json) && !("data" in json))
    reasons.push(`its keys are ${shortened(Object.keys(json))}`);
  return new PopulationShapeChanged(
    `The population response is not what was expected, one row per year with Nation (${NATION}), Year, and Population, in "data": ${reasons.join("; ")}. ` +
      "Check the URL's drilldowns and measures",
  );
}

/** The first few names from the response, as text of bounded length. */
function shortened(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => name.slice(0, 80));
  return [...shown, ...(names.length > shown.length ? [`and ${names.length - shown.length} more`] : [])].join(
    ", ",
  );
}
