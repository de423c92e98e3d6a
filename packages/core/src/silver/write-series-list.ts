/** Writes a survey's list of series to Silver, for readers that look for a series. */
import { createHash } from "node:crypto";
import type { BestYear } from "../bls-file/best-years.ts";
import { retriedInOrder, type SeriesNames } from "../bls-file/names.ts";
import { surveysPrefix } from "../constants.ts";
import type { Bucket } from "../storage/objects.ts";
import { uploadStream } from "../storage/upload-stream.ts";
import { replaceOlder, writtenBy } from "../storage/written-by.ts";
import type { Execution } from "../workflow.ts";
import { parquetOfSeries } from "./series-list.ts";
import type { KnownFacts } from "./series-list-facts.ts";
import { PARQUET } from "./write-silver.ts";

/** Increase this whenever the output for the same data changes. */
const LAYOUT = "2";

/** The key of a survey's list of series in Silver. */
export function seriesListKey(survey: string): string {
  return `${surveysPrefix}${survey}/series.parquet`;
}

/**
 * Writes the list of the analyzed data file's series, unless Silver's list was built from the same inputs, or by
 * a later execution. `madeFrom` identifies what the list depends on. Throws DataFileMalformed if a row of the
 * series file cannot be read.
 */
export async function writeSeriesList(
  silver: Bucket,
  series: Iterable<BestYear>,
  names: SeriesNames,
  facts: KnownFacts,
  madeFrom: readonly string[],
  execution: Execution,
): Promise<void> {
  const key = seriesListKey(facts.survey);
  const digest = createHash("sha256")
    .update(JSON.stringify([LAYOUT, facts, madeFrom]))
    .digest("hex");
  await replaceOlder(
    silver,
    key,
    execution,
    async (stored) => {
      if (stored?.metadata["made-from"] === digest) return;
      await retriedInOrder(names, () =>
        uploadStream(silver, key, parquetOfSeries(series, names, facts), {
          contentType: PARQUET,
          metadata: { "made-from": digest, ...writtenBy(execution) },
          precondition: stored === undefined ? "absent" : { etag: stored.etag },
        }),
      );
    },
    () => undefined,
  );
}
