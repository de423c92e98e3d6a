/** Writes surveys to Silver with Analyze. DuckDB queries them in place of Athena, with the same tables. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { analyze } from "@data-quest/core/analysis/analyze";
import { populationTable } from "@data-quest/core/constants";
import { completeQuestions } from "@data-quest/core/questions/registry";
import { Report } from "@data-quest/core/report/report";
import { tableName } from "@data-quest/core/silver/queries";
import { DuckDBInstance } from "@duckdb/node-api";
import { analysisInput, openWarehouse } from "./warehouse.ts";

/** A survey's files, by name, and the name of the data file to analyze. */
export type SurveyFiles = { survey: string; dataFile: string; files: ReadonlyMap<string, string | Buffer> };

export type AnalyzedSurveys = {
  /** The report of each survey. */
  reports: ReadonlyMap<string, Report>;
  /** The rows of a query's result, with decimals converted to numbers. */
  rows: (sql: string) => Promise<Record<string, unknown>[]>;
  close: () => Promise<void>;
};

/** Analyzes the surveys with their usual settings. The tables are in `database`, as in Glue. */
export async function analyzeSurveys(
  database: string,
  surveys: readonly SurveyFiles[],
  population: string | Buffer,
): Promise<AnalyzedSurveys> {
  const warehouse = await openWarehouse();
  const folder = await mkdtemp(join(tmpdir(), "quest-silver-"));
  const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  const reports = new Map<string, Report>();
  try {
    const stored = await warehouse.put("usa-api-sync/population/nation_population.json", population);
    for (const { survey, dataFile, files } of surveys) {
      const results = [];
      for (const [name, body] of files) results.push(await warehouse.put(`bls/${survey}/${name}`, body));
      const input = analysisInput(results, stored);
      const analysis = { ...input.settings.analysis, ...completeQuestions({}, survey), dataFile: [dataFile] };
      const settings = { ...input.settings, survey, analysis };
      await analyze({ ...input, settings }, warehouse.buckets, new Date());
      const { text } = await warehouse.read("gold", `reports/${survey}/latest/report.json`);
      reports.set(survey, Report.parse(JSON.parse(text)));
    }
    for (const key of await warehouse.keys("silver")) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), (await warehouse.read("silver", key)).bytes);
    }
  } finally {
    await warehouse.close();
  }
  await connection.run(`CREATE SCHEMA ${database}`);
  const view = (table: string, location: string, partitioned: boolean) =>
    connection.run(
      `CREATE VIEW ${tableName(table, database)} AS FROM read_parquet('${join(folder, location)}', hive_partitioning = ${partitioned})`,
    );
  await view(populationTable, "population/*", false);
  for (const { survey } of surveys) await view(survey, `bls/${survey}/data_file=*/data.parquet`, true);
  return {
    reports,
    async rows(sql) {
      return (await connection.runAndReadAll(sql)).getRowObjectsJS();
    },
    async close() {
      connection.closeSync();
      await rm(folder, { recursive: true });
    },
  };
}
