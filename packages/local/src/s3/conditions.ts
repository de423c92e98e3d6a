import { S3Error } from "./errors.ts";
import { header, type S3Request } from "./request.ts";
import type { ObjectVersion, Version } from "./store/records.ts";
import type { Bucket } from "./store/store.ts";
import { currentVersion } from "./store/versions.ts";

/** The conditions of a read, by the headers that carry them; for a copy's source they have a prefix. */
type ReadConditions = {
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
  ifModifiedSince: string | undefined;
  ifUnmodifiedSince: string | undefined;
};

function readConditions(request: S3Request, prefix: string): ReadConditions {
  return {
    ifMatch: header(request, `${prefix}if-match`),
    ifNoneMatch: header(request, `${prefix}if-none-match`),
    ifModifiedSince: header(request, `${prefix}if-modified-since`),
    ifUnmodifiedSince: header(request, `${prefix}if-unmodified-since`),
  };
}

/**
 * Whether a read's conditions hold for an object: "send", "notModified" (304), or the header that failed (412).
 * An entity tag outweighs a time of the same sense, as RFC 9110 (13.2.2) says.
 */
function judge(
  conditions: ReadConditions,
  object: ObjectVersion,
): "send" | "notModified" | { failed: string } {
  const modified = Math.floor(Date.parse(object.modified) / 1000);
  const seconds = (date: string | undefined) =>
    date === undefined ? Number.NaN : Math.floor(Date.parse(date) / 1000);
  if (conditions.ifMatch !== undefined) {
    if (!matches(conditions.ifMatch, object.etag)) return { failed: "If-Match" };
  } else if (seconds(conditions.ifUnmodifiedSince) < modified) {
    return { failed: "If-Unmodified-Since" };
  }
  if (conditions.ifNoneMatch !== undefined) {
    if (matches(conditions.ifNoneMatch, object.etag)) return "notModified";
  } else if (seconds(conditions.ifModifiedSince) >= modified) {
    return "notModified";
  }
  return "send";
}

/** Checks the conditions of GetObject and HeadObject: false means 304. Throws S3Error PreconditionFailed. */
export function mayRead(request: S3Request, object: ObjectVersion): boolean {
  const verdict = judge(readConditions(request, ""), object);
  if (typeof verdict === "object") throw preconditionFailed(verdict.failed);
  return verdict === "send";
}

/** Checks the conditions that a copy puts on its source. Throws S3Error PreconditionFailed. */
export function checkCopySource(request: S3Request, object: ObjectVersion): void {
  const verdict = judge(readConditions(request, "x-amz-copy-source-"), object);
  if (typeof verdict === "object") throw preconditionFailed(verdict.failed);
  if (verdict === "notModified") throw preconditionFailed("x-amz-copy-source-If-None-Match");
}

/** Whether one of a header's entity tags, with or without quotes, or `*`, is that of an object. */
export function matches(tags: string, etag: string): boolean {
  return tags.split(",").some((tag) => {
    const bare = tag
      .trim()
      .replace(/^W\//, "")
      .replace(/^"(.*)"$/, "$1");
    return bare === "*" || bare === etag;
  });
}

/** A conditional write: what it asks for and what it found when it began. */
export type WriteCondition = {
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
  found: Version | undefined;
};

/** Reads a write's condition and checks it a first time, before the body is received. Throws S3Error as `checkWrite` does. */
export function beginWrite(request: S3Request, bucket: Bucket): WriteCondition {
  const ifMatch = header(request, "if-match");
  const ifNoneMatch = header(request, "if-none-match");
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*")
    throw unsupported("If-None-Match", "its value must be *");
  if (ifNoneMatch !== undefined && ifMatch !== undefined)
    throw unsupported("If-Match", "beside If-None-Match");
  const condition = { ifMatch, ifNoneMatch, found: currentVersion(bucket, request.key) };
  checkWrite(condition, bucket, request.key);
  return condition;
}

function unsupported(name: string, why: string): S3Error {
  return new S3Error("NotImplemented", {
    message: `A header you provided implies functionality that is not implemented: ${name}, ${why}`,
    details: { Header: name },
  });
}

/**
 * Checks a write's condition against the key's newest version; behind a delete marker there is no object. Throws S3Error
 * PreconditionFailed or NoSuchKey, or ConditionalRequestConflict if another request changed the key since this one began.
 */
export function checkWrite(condition: WriteCondition, bucket: Bucket, key: string): void {
  const current = currentVersion(bucket, key);
  const object = current?.kind === "object" ? current : undefined;
  const failure = writeFailure(condition, object, key);
  if (failure === undefined) return;
  if (current?.id !== condition.found?.id)
    throw new S3Error("ConditionalRequestConflict", { details: { Key: key } });
  throw failure;
}

function writeFailure(
  condition: WriteCondition,
  object: ObjectVersion | undefined,
  key: string,
): S3Error | undefined {
  if (condition.ifNoneMatch !== undefined) return object && preconditionFailed("If-None-Match");
  if (condition.ifMatch === undefined) return undefined;
  if (object === undefined) return new S3Error("NoSuchKey", { details: { Key: key } });
  return matches(condition.ifMatch, object.etag) ? undefined : preconditionFailed("If-Match");
}

export function preconditionFailed(name: string): S3Error {
  return new S3Error("PreconditionFailed", { details: { Condition: name } });
}
