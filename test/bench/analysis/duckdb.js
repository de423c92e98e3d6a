/**
 * DuckDB on the same files, with two threads:
 *
 * - `node duckdb.js tuned|plain FILE` answers question 2. It prints CSV like `quest best-years`, but without bases
 *   and ties.
 * - `node duckdb.js copy FILE PARQUET` writes the data file as Parquet, sorted, with ZSTD.
 * - `node duckdb.js join FOLDER PARQUET` does the same for the survey cs, joined with its series file and mapping
 *   files.
 * - `node duckdb.js query PARQUET` answers question 2 from Parquet. It prints CSV.
 */
import { DuckDBInstance } from "@duckdb/node-api";

const [, , variant, file, target] = process.argv;

/** DuckDB has nothing to detect or convert: delimiter, types, and the spellings of "no value" are given. */
const TUNED = `
  SELECT series_id, year, period, value FROM read_csv('${file}', delim = '\\t', header = false, skip = 1,
    auto_detect = false, quote = '', escape = '', new_line = '\\r\\n', nullstr = ['           -', '            '],
    columns = {'series_id': 'VARCHAR', 'year': 'SMALLINT', 'period': 'VARCHAR', 'value': 'DECIMAL(18,3)',
      'footnote_codes': 'VARCHAR'})`;

/** The naive version: all text, trimmed and cast. */
const PLAIN = `
  SELECT trim(raw.series_id) AS series_id, raw.year::INT AS year, trim(raw.period) AS period,
    try_cast(trim(raw.value) AS DECIMAL(18,3)) AS value
  FROM read_csv('${file}', delim = '\t', all_varchar = true) AS raw`;

/** All columns as Silver has them. */
const TYPED = (path) => `
  SELECT trim(raw.series_id) AS series_id, raw.year::INT AS year, raw.period,
    try_cast(trim(raw.value) AS DECIMAL(18,6)) AS value, nullif(trim(raw.footnote_codes), '') AS footnotes
  FROM read_csv('${path}', delim = '\\t', header = false, skip = 1, auto_detect = false, quote = '', escape = '',
    new_line = '\\r\\n', columns = {'series_id': 'VARCHAR', 'year': 'VARCHAR', 'period': 'VARCHAR',
      'value': 'VARCHAR', 'footnote_codes': 'VARCHAR'}) AS raw`;

const TEXT = (path) => `read_csv('${path}', delim = '\t', all_varchar = true, quote = '', escape = '')`;

const NAMES = ["industry", "event", "case"];
const JOINED = (folder) => `
  SELECT data.*, coalesce(seasonal, '') AS seasonal, ${NAMES.map((name) => `${name}_t.${name}_text AS "${name}"`).join(", ")},
    series_title AS title
  FROM (${TYPED(`${folder}/cs.data.1.AllData`)}) AS data
  LEFT JOIN (SELECT trim(raw.series_id) AS id, raw.* FROM ${TEXT(`${folder}/cs.series`)} AS raw) AS series ON series.id = data.series_id
  ${NAMES.map((name) => `LEFT JOIN ${TEXT(`${folder}/cs.${name}`)} AS ${name}_t ON ${name}_t.${name}_code = series.${name}_code`).join("\n  ")}`;

const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
const connection = await instance.connect();
if (variant === "copy" || variant === "join") {
  const rows = variant === "copy" ? TYPED(file) : JOINED(file);
  await connection.run(
    `COPY (${rows} ORDER BY series_id, year, period) TO '${target}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  process.exit();
}
const SOURCES = { tuned: TUNED, plain: PLAIN, query: `SELECT * FROM read_parquet('${file}')` };
const answer = await connection.runAndReadAll(`
  WITH years AS (
    SELECT series_id, year, sum(value) AS total,
      CASE WHEN period BETWEEN 'M01' AND 'M12' THEN 0 WHEN period BETWEEN 'Q01' AND 'Q04' THEN 1
        WHEN period IN ('S01', 'S02') THEN 2 ELSE 3 END AS basis
    FROM (${SOURCES[variant]})
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
