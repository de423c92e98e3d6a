/** Writes the yearly population to Silver, for queries that join it with the surveys. */
import { silverPopulationKey } from "../constants.ts";
import type { YearlyPopulation } from "../population/population.ts";
import { type Bucket, headObject, putObject } from "../storage/objects.ts";
import { replaceOlder, writtenBy } from "../storage/written-by.ts";
import type { Execution } from "../workflow.ts";
import { createParquetFile } from "./parquet/parquet-file.ts";
import { addPages, integer, wholeNumber } from "./parquet/row-pages.ts";
import { isDescribedBy, PARQUET } from "./write-silver.ts";

/** Change this whenever the columns or the encoding change, so that the file is written again. */
const LAYOUT = "1";

const COLUMNS = [{ ...integer("year"), optional: false }, wholeNumber("population")];

/**
 * Replaces Silver's population file unless it was made from the same version of Bronze's file, or by a later
 * execution. All surveys share the file. Throws storage errors, and WriteConflict if other executions keep
 * replacing it.
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
      if (stored !== undefined && isDescribedBy(stored, madeFrom(sourceVersion))) return;
      await putObject(silver, silverPopulationKey, populationParquet(population), {
        contentType: PARQUET,
        metadata: { ...madeFrom(sourceVersion), ...writtenBy(execution) },
        precondition: stored === undefined ? "absent" : { etag: stored.etag },
      });
    },
    () => undefined,
  );
}

/**
 * True if Silver's population file has the current layout and was made from the version `sourceVersion` of
 * Bronze's file. Throws storage errors.
 */
export async function isPopulationOf(silver: Bucket, sourceVersion: string): Promise<boolean> {
  const stored = await headObject(silver, silverPopulationKey);
  return stored !== undefined && isDescribedBy(stored, madeFrom(sourceVersion));
}

/** The metadata of a file that was made from the version `sourceVersion` of Bronze's file. */
function madeFrom(sourceVersion: string): Record<string, string> {
  return { "source-version": sourceVersion, layout: LAYOUT };
}

/** The years as a Parquet file with the columns `year` and `population`, ordered by year. */
function populationParquet(population: readonly YearlyPopulation[]): Buffer {
  const file = createParquetFile(COLUMNS, 1);
  addPages(
    file.chunks,
    population.map(({ year, population }) => [year, population]),
  );
  return Buffer.concat([...file.endGroup(population.length), ...file.end()]);
}
