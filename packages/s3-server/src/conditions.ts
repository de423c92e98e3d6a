import { S3Error } from "./errors.ts";
import { header, type S3Request } from "./request.ts";
import type { ObjectVersion } from "./store/records.ts";
import type { Bucket } from "./store/store.ts";
import { currentVersion } from "./store/versions.ts";

/** The conditions of a read, from its headers. For the source of a copy, the headers have a prefix. */
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
 * Whether a read's conditions hold for an object: "send", "notModified" (304), or the header whose condition
 * failed (412). An entity tag takes precedence over a time with the same purpose (RFC 9110, section 13.2.2).
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

/** Checks the conditions of GetObject and HeadObject. Returns false for a 304. Throws S3Error PreconditionFailed. */
export function mayRead(request: S3Request, object: ObjectVersion): boolean {
  const verdict = judge(readConditions(request, ""), object);
  if (typeof verdict === "object") throw preconditionFailed(verdict.failed);
  return verdict === "send";
}

/**
 * Checks a copy's conditions for the source. An If-Modified-Since time in the future is ignored. Throws
 * S3Error PreconditionFailed.
 */
export function checkCopySource(request: S3Request, object: ObjectVersion): void {
  const conditions = readConditions(request, "x-amz-copy-source-");
  const isFuture = Date.parse(conditions.ifModifiedSince ?? "") > Date.now();
  const verdict = judge(isFuture ? { ...conditions, ifModifiedSince: undefined } : conditions, object);
  if (typeof verdict === "object") throw preconditionFailed(`x-amz-copy-source-${verdict.failed}`);
  const unmodified = conditions.ifNoneMatch === undefined ? "If-Modified-Since" : "If-None-Match";
  if (verdict === "notModified") throw preconditionFailed(`x-amz-copy-source-${unmodified}`);
}

/**
 * Whether a header matches an object's entity tag. The header contains entity tags, with or without quotes,
 * or `*`.
 */
export function matches(tags: string, etag: string): boolean {
  return tags.split(",").some((tag) => {
    const bare = tag
      .trim()
      .replace(/^W\//, "")
      .replace(/^"(.*)"$/, "$1");
    return bare === "*" || bare === etag;
  });
}

/** The condition of a write, and the version that was current when the request started. */
export type WriteCondition = {
  header: "If-Match" | "If-None-Match" | null;
  etag: string;
  found: string | undefined;
};

/** Reads a write's condition. Throws S3Error NotImplemented for conditions that S3 does not accept. */
export function readWriteCondition(request: S3Request, bucket: Bucket): WriteCondition {
  const ifMatch = header(request, "if-match");
  const ifNoneMatch = header(request, "if-none-match");
  const found = currentVersion(bucket, request.key)?.id;
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw refused("If-Match,If-None-Match", "Multiple conditional request headers present in the request");
  }
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") throw refusedValue("If-None-Match");
  if (ifMatch === "*") throw refusedValue("If-Match");
  if (ifNoneMatch !== undefined) return { header: "If-None-Match", etag: "", found };
  return { header: ifMatch === undefined ? null : "If-Match", etag: ifMatch ?? "", found };
}

function refusedValue(name: string): S3Error {
  return refused(name, `We don't accept the provided value of ${name} header for this API`);
}

function refused(name: string, why: string): S3Error {
  return new S3Error("NotImplemented", {
    message: "A header you provided implies functionality that is not implemented",
    details: { Header: name, additionalMessage: why },
  });
}

/**
 * Checks a write's condition against the key's newest version; a delete marker means that there is no object.
 * Throws S3Error PreconditionFailed, or NoSuchKey if If-Match finds no object.
 */
export function checkCondition(condition: WriteCondition, bucket: Bucket, key: string): void {
  const current = currentVersion(bucket, key);
  const object = current?.kind === "object" ? current : undefined;
  if (condition.header === "If-None-Match" && object !== undefined) throw preconditionFailed("If-None-Match");
  if (condition.header !== "If-Match") return;
  if (object === undefined) throw new S3Error("NoSuchKey", { details: { Key: key } });
  if (!matches(condition.etag, object.etag)) throw preconditionFailed("If-Match");
}

/**
 * Checks a write's condition again when the write's body is complete. Throws S3Error ConditionalRequestConflict if
 * another request has changed the key since this one started.
 */
export function checkUnchanged(condition: WriteCondition, bucket: Bucket, key: string): void {
  if (condition.header === null || currentVersion(bucket, key)?.id === condition.found) return;
  throw conflict(condition, key);
}

/** The error for a conditional write that conflicts with another write. */
export function conflict(condition: WriteCondition, key: string): S3Error {
  return new S3Error("ConditionalRequestConflict", {
    details: { Condition: condition.header ?? "", Key: key },
  });
}

/** The error for a failed condition. `name` is the condition's header. */
export function preconditionFailed(name: string): S3Error {
  return new S3Error("PreconditionFailed", { details: { Condition: name } });
}
