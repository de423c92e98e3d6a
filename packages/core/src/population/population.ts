/** The U.S. population as DataUSA's APIs give it, in either shape. */
import * as z from "zod";
import { PopulationShapeChanged } from "../errors.ts";

export { populationKey } from "../constants.ts";

/** The population of the United States in one year, in persons. */
export type YearlyPopulation = { year: number; population: number };

const NATION = "United States";
const Persons = z.number().int().positive();

/** Tesseract: `{"columns": [...], "page": {"total": 11}, "data": [{"Nation": ..., "Year": 2013, "Population": 311536594.0}]}`. */
const TesseractAnswer = z.object({
  columns: z.array(z.string()),
  page: z.object({ total: z.int() }).optional(),
  data: z.array(z.object({ Nation: z.literal(NATION), Year: z.int(), Population: Persons })),
});

/** The older API: `{"data": [{"Nation": ..., "Year": "2013", "Population": 311536594}], "source": [...]}`. */
const LegacyAnswer = z.object({
  source: z.array(z.unknown()),
  data: z.array(
    z.object({ Nation: z.literal(NATION), Year: z.string().regex(/^\d{4}$/), Population: Persons }),
  ),
});

/**
 * Reads an answer of either API, in the order of years.
 * Throws PopulationShapeChanged where it is no such answer, is about other places than the nation, is cut short, or
 * has a year twice.
 */
export function parsePopulation(text: string): YearlyPopulation[] {
  const json = parseJson(text);
  const legacy = LegacyAnswer.safeParse(json);
  const answer = legacy.success ? legacy.data : parseTesseract(json);
  const byYear = new Map<number, number>();
  for (const row of answer.data) {
    const year = Number(row.Year);
    if (byYear.has(year))
      throw new PopulationShapeChanged(`The population answer has the year ${year} twice`);
    byYear.set(year, row.Population);
  }
  if (byYear.size === 0) throw new PopulationShapeChanged("The population answer has no year at all");
  return [...byYear].map(([year, population]) => ({ year, population })).sort((a, b) => a.year - b.year);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PopulationShapeChanged(`The population answer is not JSON: ${text.trim().slice(0, 80)}`, {
      cause: error,
    });
  }
}

function parseTesseract(json: unknown): z.infer<typeof TesseractAnswer> {
  const result = TesseractAnswer.safeParse(json);
  if (result.success) {
    const { page, data } = result.data;
    if (page === undefined || page.total === data.length) return result.data;
    throw new PopulationShapeChanged(
      `The population answer has ${data.length} of the ${page.total} rows that it speaks of: ask for all pages`,
    );
  }
  const columns = z.object({ columns: z.array(z.string()) }).safeParse(json);
  const got = columns.success
    ? `its columns are ${columns.data.columns.join(", ")}`
    : result.error.issues
        .slice(0, 3)
        .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
        .join("; ");
  throw new PopulationShapeChanged(
    `The population answer is not what was expected, one row a year with Nation (${NATION}), Year and Population: ${got}. Check the address's drilldowns and measures`,
  );
}
