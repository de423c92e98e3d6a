/** Multipart uploads that no process will complete. S3 charges for their parts until the uploads are aborted. */
import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type MultipartUpload,
} from "@aws-sdk/client-s3";
import { bronzeKey, surveyPrefix } from "../bronze/stored-file.ts";
import { isNotFound, storageError } from "../storage/errors.ts";
import type { Bucket } from "../storage/objects.ts";
import type { Discovery } from "../workflow.ts";

/**
 * No Lambda function can run longer: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const LONGEST_LIFE_MILLISECONDS = 15 * 60_000;

/** Aborts an upload and all its parts. A missing upload is not an error. */
export async function abortUpload({ client, name }: Bucket, key: string, uploadId: string): Promise<void> {
  try {
    await client.send(new AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: uploadId }));
  } catch (error) {
    if (!isNotFound(error)) throw storageError(error, `Aborting an upload of s3://${name}/${key}`);
  }
}

/**
 * Aborts all open uploads of a key except `own`: those of killed processes, and those of a concurrent run,
 * which then starts over.
 */
export async function abortOpenUploads(bronze: Bucket, key: string, own?: string): Promise<void> {
  await abortUploads(bronze, key, ({ Key, UploadId }) => Key === key && UploadId !== own);
}

/**
 * Aborts a survey's open uploads that no run would otherwise find: uploads of files that are no longer
 * listed, and uploads so old that no process can still complete them.
 */
export async function abortDeadUploads(bronze: Bucket, discovery: Discovery, now: Date): Promise<void> {
  const { survey } = discovery.settings;
  const listed = new Set<string | undefined>();
  for (const item of discovery.items) if (item.do === "sync") listed.add(bronzeKey(survey, item.path));
  await abortUploads(bronze, surveyPrefix(survey), ({ Key, Initiated }) => {
    const age = now.getTime() - (Initiated?.getTime() ?? now.getTime());
    return !listed.has(Key) || age > LONGEST_LIFE_MILLISECONDS;
  });
}

async function abortUploads(
  bronze: Bucket,
  prefix: string,
  isDead: (upload: MultipartUpload) => boolean,
): Promise<void> {
  let KeyMarker: string | undefined;
  let UploadIdMarker: string | undefined;
  do {
    const page = await bronze.client
      .send(
        new ListMultipartUploadsCommand({ Bucket: bronze.name, Prefix: prefix, KeyMarker, UploadIdMarker }),
      )
      .catch((error: unknown) => {
        throw storageError(error, `Listing the open uploads of s3://${bronze.name}/${prefix}`);
      });
    for (const upload of page.Uploads ?? []) {
      if (upload.Key !== undefined && upload.UploadId !== undefined && isDead(upload))
        await abortUpload(bronze, upload.Key, upload.UploadId);
    }
    KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
    UploadIdMarker = page.NextUploadIdMarker;
  } while (KeyMarker !== undefined);
}
