/** Reads and writes whole objects, each with its exact version. */
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { StorageUnavailable, VersionLost } from "../errors.ts";
import { isNotFound, storageError } from "./errors.ts";

/** A bucket and the client to reach it with. */
export type Bucket = { readonly client: S3Client; readonly name: string };

/** An object's current version, or a given one, without its body. `metadata` keys are lower case. */
export type ObjectHead = {
  key: string;
  versionId: string;
  etag: string;
  bytes: number;
  /**
   * The SHA-256 of all bytes, in hex, as verified by S3. Undefined for a multipart object, and if S3 received no
   * SHA-256.
   */
  checkedSha256: string | undefined;
  contentType?: string | undefined;
  storedAt: Date;
  metadata: Readonly<Record<string, string>>;
};

/**
 * What a write requires of the object that is stored under the key: that it has this ETag, or that there is no
 * object.
 */
export type Precondition = { etag: string } | "absent";

/**
 * Reads the head of an object's newest version, or of `versionId`. Undefined if that version does not exist, or
 * if the newest version is a delete marker.
 */
export async function headObject(
  bucket: Bucket,
  key: string,
  versionId?: string,
): Promise<ObjectHead | undefined> {
  try {
    const head = await bucket.client.send(
      new HeadObjectCommand({
        Bucket: bucket.name,
        Key: key,
        VersionId: versionId,
        ChecksumMode: "ENABLED",
      }),
    );
    const checksum = head.ChecksumType === "FULL_OBJECT" ? head.ChecksumSHA256 : undefined;
    return {
      key,
      versionId: head.VersionId ?? "null",
      etag: head.ETag ?? "",
      bytes: head.ContentLength ?? 0,
      checkedSha256: checksum === undefined ? undefined : Buffer.from(checksum, "base64").toString("hex"),
      contentType: head.ContentType,
      storedAt: head.LastModified ?? new Date(0),
      metadata: head.Metadata ?? {},
    };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw storageError(error, `Reading s3://${bucket.name}/${key}`);
  }
}

/**
 * The ID of a version that was just written. Throws StorageUnavailable if S3 returned no ID: a retry writes the
 * object again, and succeeds once versioning is in effect.
 */
export function requireVersion(versionId: string | undefined, bucket: string, key: string): string {
  if (versionId !== undefined && versionId !== "null") return versionId;
  throw new StorageUnavailable(
    `s3://${bucket}/${key} was stored without a version: versioning of the bucket ${bucket} is not enabled, or was enabled less than 15 minutes ago. Enable it, wait 15 minutes, then redrive the execution`,
  );
}

/**
 * Opens an object's body, or a range of it, for reading, by its exact version. The caller must read it to the
 * end or destroy it. Throws VersionLost if that version does not exist, or if the local S3 finds its bytes
 * damaged.
 */
export async function openObject(
  bucket: Bucket,
  key: string,
  versionId: string,
  range?: { start: number; last: number },
): Promise<{ body: Readable; bytes: number; metadata: Readonly<Record<string, string>>; storedAt: Date }> {
  try {
    const object = await bucket.client.send(
      new GetObjectCommand({
        Bucket: bucket.name,
        Key: key,
        VersionId: versionId,
        ...(range && { Range: `bytes=${range.start}-${range.last}` }),
      }),
    );
    if (!(object.Body instanceof Readable)) throw new Error("the response has no body to stream");
    return {
      body: object.Body,
      bytes: object.ContentLength ?? 0,
      metadata: object.Metadata ?? {},
      storedAt: object.LastModified ?? new Date(0),
    };
  } catch (error) {
    if (isNotFound(error)) {
      throw new VersionLost(
        `s3://${bucket.name}/${key} has no version ${versionId}: it was permanently deleted`,
        { cause: error },
      );
    }
    throw storageError(error, `Reading s3://${bucket.name}/${key}`);
  }
}

/** The chunks of an object's body. If the body is cut off, throws StorageUnavailable with `what` in its message. */
export async function* chunksOf(body: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new StorageUnavailable(`Reading ${what} failed: ${String(error)}`, { cause: error });
  }
}

/** Reads a small object completely, by its exact version. */
export async function readObject(bucket: Bucket, key: string, versionId: string): Promise<Buffer> {
  const { body } = await openObject(bucket, key, versionId);
  return Buffer.concat(await Array.fromAsync(chunksOf(body, `s3://${bucket.name}/${key}`)));
}

/** Reads the bytes of an object's version from `start` to `last`, both included. */
export async function readRange(
  bucket: Bucket,
  key: string,
  versionId: string,
  start: number,
  last: number,
): Promise<Buffer> {
  const { body } = await openObject(bucket, key, versionId, { start, last });
  return Buffer.concat(await Array.fromAsync(chunksOf(body, `s3://${bucket.name}/${key}`)));
}

/** What accompanies a body that is written in one request. */
export type PutOptions = {
  contentType?: string;
  metadata?: Record<string, string>;
  tags?: Record<string, string>;
  /** The body's SHA-256, which S3 checks. */
  sha256?: Buffer;
  precondition?: Precondition;
};

/**
 * Writes a body from memory, with its tags, in one request, and returns the new version. Throws WriteConflict
 * if the precondition fails.
 */
export async function putObject(
  bucket: Bucket,
  key: string,
  body: Uint8Array | string,
  options: PutOptions,
): Promise<{ versionId: string; etag: string }> {
  const command = new PutObjectCommand({
    Bucket: bucket.name,
    Key: key,
    Body: body,
    ContentType: options.contentType,
    Metadata: options.metadata,
    Tagging: taggingHeader(options.tags),
    ChecksumSHA256: options.sha256?.toString("base64"),
    ...conditionHeaders(options.precondition),
  });
  if (options.sha256) command.middlewareStack.add(signedWith(options.sha256), { step: "build" });
  try {
    const put = await bucket.client.send(command);
    return { versionId: requireVersion(put.VersionId, bucket.name, key), etag: put.ETag ?? "" };
  } catch (error) {
    throw storageError(error, `Writing s3://${bucket.name}/${key}`);
  }
}

/**
 * A middleware that signs a request with the known hash of its body. Otherwise, the client would read the
 * whole body again to compute the same hash.
 */
export function signedWith(sha256: Buffer) {
  return <Args extends { request: unknown }, Result>(next: (args: Args) => Promise<Result>) =>
    (args: Args): Promise<Result> => {
      if (hasHeaders(args.request)) args.request.headers["x-amz-content-sha256"] = sha256.toString("hex");
      return next(args);
    };
}

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === "object" && request !== null && "headers" in request;
}

/** The request field that carries tags. */
export function taggingHeader(tags: Record<string, string> | undefined): string | undefined {
  return tags && new URLSearchParams(tags).toString();
}

/** The request fields for a precondition. */
export function conditionHeaders(precondition: Precondition | undefined): {
  IfMatch?: string;
  IfNoneMatch?: string;
} {
  if (precondition === undefined) return {};
  return precondition === "absent" ? { IfNoneMatch: "*" } : { IfMatch: precondition.etag };
}

/** The tags of one version. */
export type VersionTags = { versionId: string; tags: Readonly<Record<string, string>> };

/**
 * Reads the tags of the current version, in one request. Undefined if there is no such version, or if it is a
 * delete marker.
 */
export async function readCurrentTags(bucket: Bucket, key: string): Promise<VersionTags | undefined> {
  try {
    const answer = await bucket.client.send(new GetObjectTaggingCommand({ Bucket: bucket.name, Key: key }));
    return {
      versionId: answer.VersionId ?? "null",
      tags: Object.fromEntries((answer.TagSet ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""])),
    };
  } catch (error) {
    // A delete marker has no tags. S3 says that the method is not allowed for it.
    const isMarker = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 405;
    if (isMarker || isNotFound(error)) return undefined;
    throw storageError(error, `Reading the tags of s3://${bucket.name}/${key}`);
  }
}

/** Reads the tags of one version. */
export async function readTags(
  bucket: Bucket,
  key: string,
  versionId: string,
): Promise<Record<string, string>> {
  try {
    const answer = await bucket.client.send(
      new GetObjectTaggingCommand({ Bucket: bucket.name, Key: key, VersionId: versionId }),
    );
    return Object.fromEntries((answer.TagSet ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
  } catch (error) {
    throw storageError(error, `Reading the tags of s3://${bucket.name}/${key}`);
  }
}

/** Replaces the tags of one version. The version and its body do not change. */
export async function writeTags(
  bucket: Bucket,
  key: string,
  versionId: string,
  tags: Record<string, string>,
): Promise<void> {
  try {
    await bucket.client.send(
      new PutObjectTaggingCommand({
        Bucket: bucket.name,
        Key: key,
        VersionId: versionId,
        Tagging: { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      }),
    );
  } catch (error) {
    throw storageError(error, `Writing the tags of s3://${bucket.name}/${key}`);
  }
}

/**
 * Puts a delete marker on top of the version with this ETag, and returns the marker's version. Throws
 * WriteConflict if another version is current.
 */
export async function removeObject(bucket: Bucket, key: string, etag: string): Promise<string | null> {
  try {
    const marker = await bucket.client.send(
      new DeleteObjectCommand({ Bucket: bucket.name, Key: key, IfMatch: etag }),
    );
    return marker.VersionId ?? null;
  } catch (error) {
    throw storageError(error, `Removing s3://${bucket.name}/${key}`);
  }
}

/** The keys that begin with `prefix`, with the objects' sizes. Reads one page of the listing at a time. */
export async function* listObjects(
  bucket: Bucket,
  prefix: string,
): AsyncGenerator<{ key: string; bytes: number }> {
  let token: string | undefined;
  do {
    const page = await bucket.client
      .send(new ListObjectsV2Command({ Bucket: bucket.name, Prefix: prefix, ContinuationToken: token }))
      .catch((error: unknown) => {
        throw storageError(error, `Listing s3://${bucket.name}/${prefix}`);
      });
    for (const object of page.Contents ?? []) {
      if (object.Key !== undefined) yield { key: object.Key, bytes: object.Size ?? 0 };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}
