/**
 * The three questions as SQL on Silver, for Athena and, unchanged, for DuckDB. `infra/` puts them into
 * the datasets of QuickSight, so this module imports only modules without dependencies.
 */
import { YEARLY_PERIODS } from "../bls-file/periods.ts";
import { defaultPopulationYears } from "../constants.ts";
import { headlineOf } from "../surveys.ts";

/** A column of a query's result: its name, and its type in QuickSight's terms. */
export type QueryColumn = { name: string; type: "STRING" | "INTEGER" | "DECIMAL" };

/** A query and the columns of its result, in order. */
export type Query = { sql: string; columns: readonly QueryColumn[] };

/** A table's name as SQL: quoted, and preceded by the name of its database if `database` is given. */
export function tableName(table: string, database?: string): string {
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  return database === undefined ? quoted(table) : `${quoted(database)}.${quoted(table)}`;
}

/**
 * Question 1: each year of the span with its population. Every row also has the mean and the sample standard
 * deviation (n - 1) of the population over all years. If a year is missing, the mean and the deviation are null,
 * whereas the report fails.
 */
export function populationQuery(table: string, [first, last] = defaultPopulationYears): Query {
  const years = last - first + 1;
  return {
    sql: `WITH years AS (
  SELECT year, CAST(population AS DOUBLE) AS population
  FROM ${table}
  WHERE year BETWEEN ${first} AND ${last}
)
SELECT year, population,
  CASE WHEN count(*) OVER () = ${years} THEN avg(population) OVER () END AS mean,
  CASE WHEN count(*) OVER () = ${years} THEN stddev_samp(population) OVER () END AS standard_deviation
FROM years
ORDER BY year`,
    columns: [
      { name: "year", type: "INTEGER" },
      { name: "population", type: "DECIMAL" },
      { name: "mean", type: "DECIMAL" },
      { name: "standard_deviation", type: "DECIMAL" },
    ],
  };
}

/**
 * Question 2: for each series with a value, the best year and the sum of that year. As in the report, only the
 * finest periods of a series are added up, without averages. Of several equal years, the earliest counts.
 */
export function bestYearsQuery(table: string, dataFile: string): Query {
  return {
    sql: `WITH years AS (
  SELECT series_id, year, sum(value) AS total,
    CASE
      WHEN period BETWEEN 'M01' AND 'M12' THEN 1
      WHEN period BETWEEN 'Q01' AND 'Q04' THEN 2
      WHEN period IN ('S01', 'S02') THEN 3
      WHEN period = 'M13' THEN 4
      WHEN period = 'Q05' THEN 5
      WHEN period = 'S03' THEN 6
      ELSE 7
    END AS basis
  FROM ${table}
  WHERE data_file = ${text(dataFile)} AND value IS NOT NULL
  GROUP BY 1, 2, 4
), finest AS (
  SELECT *, min(basis) OVER (PARTITION BY series_id) AS finest FROM years
)
SELECT series_id, max_by(year, ROW(total, -year)) AS year, max(total) AS value
FROM finest
WHERE basis = finest
GROUP BY series_id
ORDER BY series_id`,
    columns: [
      { name: "series_id", type: "STRING" },
      { name: "year", type: "INTEGER" },
      { name: "value", type: "DECIMAL" },
    ],
  };
}

/**
 * Question 3: the survey's headline series in one period, with each year's population (null if it is missing).
 * The period is the headline's usual period if the series has it, or else the first of YEARLY_PERIODS that the
 * series has. Undefined if the survey has no headline series.
 */
export function seriesWithPopulationQuery(
  survey: string,
  tables: { survey: string; population: string },
  dataFile: string,
): Query | undefined {
  const headline = headlineOf(survey);
  if (headline === undefined) return undefined;
  const usual = headline.period === undefined ? [] : [headline.period];
  const periods = [...new Set([...usual, ...YEARLY_PERIODS])].map(text).join(", ");
  return {
    sql: `WITH observations AS (
  SELECT series_id, year, period, value, footnotes,
    array_position(ARRAY[${periods}], period) AS place
  FROM ${tables.survey}
  WHERE data_file = ${text(dataFile)} AND series_id = ${text(headline.series)}
)
SELECT o.series_id, o.year, o.period, o.value, p.population, o.footnotes
FROM observations AS o
LEFT JOIN ${tables.population} AS p ON p.year = o.year
WHERE o.place = (SELECT min(place) FROM observations)
ORDER BY o.year`,
    columns: [
      { name: "series_id", type: "STRING" },
      { name: "year", type: "INTEGER" },
      { name: "period", type: "STRING" },
      { name: "value", type: "DECIMAL" },
      { name: "population", type: "DECIMAL" },
      { name: "footnotes", type: "STRING" },
    ],
  };
}

/** A string as a SQL literal. */
function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
