/** Question 2 by DuckDB: `node duckdb.js tuned|plain FILE`. Prints CSV as `quest best-years` does, without bases and ties. */
import { DuckDBInstance } from "@duckdb/node-api";

const [, , variant, file] = process.argv;

/** Nothing to find out or convert: delimiter, types and the spellings of "no value" are given. */
const TUNED = `
  SELECT series_id, year, period, value FROM read_csv('${file}', delim = '\\t', header = false, skip = 1,
    auto_detect = false, quote = '', escape = '', new_line = '\\r\\n', nullstr = ['           -', '            '],
    columns = {'series_id': 'VARCHAR', 'year': 'SMALLINT', 'period': 'VARCHAR', 'value': 'DECIMAL(18,3)',
      'footnote_codes': 'VARCHAR'})`;

/** What one writes first: all text, trimmed and cast. */
const PLAIN = `
  SELECT trim(raw.series_id) AS series_id, raw.year::INT AS year, trim(raw.period) AS period,
    try_cast(trim(raw.value) AS DECIMAL(18,3)) AS value
  FROM read_csv('${file}', delim = '\t', all_varchar = true) AS raw`;

const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
const connection = await instance.connect();
const answer = await connection.runAndReadAll(`
  WITH years AS (
    SELECT series_id, year, sum(value) AS total,
      CASE WHEN period BETWEEN 'M01' AND 'M12' THEN 0 WHEN period BETWEEN 'Q01' AND 'Q04' THEN 1
        WHEN period IN ('S01', 'S02') THEN 2 ELSE 3 END AS basis
    FROM (${variant === "tuned" ? TUNED : PLAIN})
    WHERE value IS NOT NULL
    GROUP BY ALL
  ), finest AS (
    SELECT *, min(basis) OVER (PARTITION BY series_id) AS finest FROM years
  )
  SELECT trim(series_id) AS series_id, arg_max(year, (total, -year)) AS year, max(total)::VARCHAR AS value
  FROM finest WHERE basis = finest GROUP BY ALL ORDER BY ALL`);
let csv = "series_id,year,value\r\n";
for (const [id, year, value] of answer.getRows()) csv += `${id},${year},${value}\r\n`;
process.stdout.write(csv);
