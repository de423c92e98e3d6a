/** Writes the differences between two releases to Silver while another function reads them. */
import type { SeriesDifferences, TakeDifferences } from "../bls-file/compare-files.ts";
import { createHandover } from "../bytes/read-together.ts";
import { WriteConflict } from "../errors.ts";
import { createDifferenceFile } from "../silver/difference-rows.ts";
import { PARQUET } from "../silver/write-silver.ts";
import type { Bucket } from "../storage/objects.ts";
import { uploadStream } from "../storage/upload-stream.ts";
import { writtenBy } from "../storage/written-by.ts";
import type { Execution } from "../workflow.ts";

/**
 * Passes differences to `lead` and writes them to `key` at the same time. An existing object is kept, because
 * the same two versions always have the same differences. Throws whatever reading the differences throws,
 * whatever `lead` throws, and storage errors. In all these cases, nothing is written.
 */
export async function writeDifferences(
  silver: Bucket,
  key: string,
  differences: AsyncIterable<SeriesDifferences>,
  execution: Execution,
  lead: TakeDifferences,
): Promise<void> {
  const handover = createHandover();
  let fault: unknown;
  const writing = uploadStream(silver, key, handover.chunks(), {
    contentType: PARQUET,
    metadata: writtenBy(execution),
    precondition: "absent",
  })
    .catch((error: unknown) => {
      if (!(error instanceof WriteConflict)) fault = error;
    })
    .finally(handover.close);

  async function* passedOn(): AsyncGenerator<SeriesDifferences> {
    const file = createDifferenceFile();
    for await (const series of differences) {
      for (const bytes of file.add(series)) await handover.give(bytes);
      yield series;
    }
    for (const bytes of file.end()) await handover.give(bytes);
    handover.end();
  }

  try {
    await lead(passedOn());
    handover.end(new Error(`The differences for ${key} were not read to the end`));
  } catch (error) {
    handover.end(error);
    throw error;
  } finally {
    await writing;
  }
  if (fault !== undefined) throw fault;
}
