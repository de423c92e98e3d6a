/** Uploads streams of unknown length that the project itself produces. */
import { Readable } from "node:stream";
import { Upload } from "@aws-sdk/lib-storage";
import { storageError } from "./errors.ts";
import { type Bucket, conditionHeaders, type Precondition, taggingHeader } from "./objects.ts";

const PART_BYTES = 8 * 1024 * 1024;
/** How many parts are in transit at a time. One more part is being filled. */
const PARTS_IN_FLIGHT = 2;

export type UploadOptions = {
  contentType: string;
  metadata: Record<string, string>;
  tags?: Record<string, string>;
  precondition?: Precondition;
};

/**
 * Writes all of `chunks` as one object: in one request if they fit into one part of 8 MiB, otherwise as a
 * multipart upload. If `chunks` throws, nothing becomes visible, and no unfinished upload remains. Throws whatever
 * `chunks` throws, WriteConflict if the precondition fails, and storage errors.
 */
export async function uploadStream(
  bucket: Bucket,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  { contentType, metadata, tags, precondition }: UploadOptions,
): Promise<void> {
  const fault: { error?: unknown } = {};
  const upload = new Upload({
    client: bucket.client,
    partSize: PART_BYTES,
    queueSize: PARTS_IN_FLIGHT,
    params: {
      Bucket: bucket.name,
      Key: key,
      Body: Readable.from(rememberFault(chunks, fault), { objectMode: false }),
      ContentType: contentType,
      Metadata: metadata,
      Tagging: taggingHeader(tags),
      ...conditionHeaders(precondition),
    },
  });
  try {
    await upload.done();
  } catch (error) {
    if ("error" in fault) throw fault.error;
    throw storageError(error, `Writing s3://${bucket.name}/${key}`);
  }
}

async function* rememberFault(
  chunks: AsyncIterable<Uint8Array>,
  fault: { error?: unknown },
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    fault.error = error;
    throw error;
  }
}
