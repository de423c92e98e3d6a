/** Writes the yearly population to Silver, for queries that join it with the surveys. */
import { silverPopulationKey } from "../constants.ts";
import type { YearlyPopulation } from "../population/population.ts";
import { type Bucket, headObject, putObject } from "../storage/objects.ts";
import { replaceOlder, writtenBy } from "../storage/written-by.ts";
import type { Execution } from "../workflow.ts";
import { createParquetFile } from "./parquet/parquet-file.ts";
import { addPages, integer, wholeNumber } from "./parquet/row-pages.ts";
import { PARQUET } from "./write-silver.ts";

/** The metadata that names the version of Bronze's population file from which the file was made. */
const SOURCE_VERSION = "source-version";

const COLUMNS = [{ ...integer("year"), optional: false }, wholeNumber("population")];

/**
 * Replaces Silver's population unless it was made from the same version of Bronze's file, or by a later
 * execution. All surveys share it. Throws storage errors.
 */
export async function writePopulation(
  silver: Bucket,
  population: readonly YearlyPopulation[],
  sourceVersion: string,
  execution: Execution,
): Promise<void> {
  await replaceOlder(
    silver,
    silverPopulationKey,
    execution,
    async (stored) => {
      if (stored?.metadata[SOURCE_VERSION] === sourceVersion) return;
      await putObject(silver, silverPopulationKey, populationParquet(population), {
        contentType: PARQUET,
        metadata: { [SOURCE_VERSION]: sourceVersion, ...writtenBy(execution) },
        precondition: stored === undefined ? "absent" : { etag: stored.etag },
      });
    },
    () => undefined,
  );
}

/** Whether Silver's population was made from that version of Bronze's file. Throws storage errors. */
export async function isPopulationOf(silver: Bucket, sourceVersion: string): Promise<boolean> {
  const stored = await headObject(silver, silverPopulationKey);
  return stored?.metadata[SOURCE_VERSION] === sourceVersion;
}

/** The years as a Parquet file with the columns `year` and `population`, in the order of years. */
function populationParquet(population: readonly YearlyPopulation[]): Buffer {
  const file = createParquetFile(COLUMNS, 1);
  addPages(
    file.chunks,
    population.map(({ year, population }) => [year, population]),
  );
  return Buffer.concat([...file.endGroup(population.length), ...file.end()]);
}
