import { CONTENT_HEADERS, encryptionHeaders, metadataHeaders, versionHeaders } from "../attributes.ts";
import { mayRead } from "../conditions.ts";
import { S3Error } from "../errors.ts";
import { findObject } from "../find-object.ts";
import {
  bucketOf,
  type Call,
  httpTime,
  type Operation,
  queryNumber,
  quoted,
  type S3Response,
} from "../operation.ts";
import { type ByteRange, readRange } from "../range.ts";
import { header, type S3Request } from "../request.ts";
import { holdBodies, readObject } from "../store/bodies.ts";
import type { ObjectVersion } from "../store/records.ts";
import { checksumHeaders } from "./put-object.ts";

/** GetObject: the whole object, a range of bytes, or a part. */
export const getObject: Operation = (call) => {
  const bucket = bucketOf(call);
  const { response, object, range } = describe(call);
  if (response.status >= 300) return response;
  call.atEnd.push(holdBodies(bucket, object.bodies));
  const bytes = readObject(bucket, object, range.start, range.end);
  return { ...response, body: { bytes, contentLength: range.end - range.start } };
};

/** HeadObject: the response of GetObject, without the bytes. */
export const headObject: Operation = (call) => {
  const { response, range } = describe(call);
  if (response.status >= 300) return response;
  return { ...response, headers: { ...response.headers, "content-length": String(range.end - range.start) } };
};

/** The status, headers, and byte range of a read. */
function describe(call: Call): { response: S3Response; object: ObjectVersion; range: ByteRange } {
  const { request } = call;
  const bucket = bucketOf(call);
  const object = findObject(request, bucket);
  const all: ByteRange = { start: 0, end: object.size };
  const identity = {
    etag: quoted(object.etag),
    "last-modified": httpTime(object.modified),
    ...versionHeaders(bucket.record, object.versionId),
  };
  if (!mayRead(request, object)) return { response: { status: 304, headers: identity }, object, range: all };
  const part = request.query.has("partNumber") ? partOf(request, object) : null;
  const asked = part?.range ?? readRange(request, object);
  const range = asked ?? all;
  const isWhole = range.start === 0 && range.end === object.size;
  const checksum = part !== null ? part.checksum : isWhole ? object.checksum : null;
  const headers: Record<string, string> = {
    ...identity,
    ...object.headers,
    ...encryptionHeaders(object),
    ...metadataHeaders(object),
    ...overrides(request),
    "accept-ranges": "bytes",
    ...(header(request, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED" ? checksumHeaders(checksum) : {}),
  };
  const tags = Object.keys(object.tags).length;
  if (tags > 0) headers["x-amz-tagging-count"] = String(tags);
  if (part !== null && object.uploadId !== null)
    headers["x-amz-mp-parts-count"] = String(object.bodies.length);
  if (asked !== null) headers["content-range"] = `bytes ${range.start}-${range.end - 1}/${object.size}`;
  return { response: { status: asked === null ? 200 : 206, headers }, object, range };
}

/** The range and the checksum of the requested part. An object that was not uploaded in parts has only part 1. */
function partOf(request: S3Request, object: ObjectVersion) {
  if (header(request, "range") !== undefined) {
    throw new S3Error("InvalidRequest", {
      message: "Cannot specify both Range header and partNumber query parameter",
    });
  }
  const number = queryNumber(request, "partNumber", 1, 10_000, 1);
  const position =
    object.uploadId === null ? number - 1 : object.bodies.findIndex((body) => body.partNumber === number);
  const body = object.bodies[position];
  if (body === undefined) {
    throw new S3Error("InvalidPartNumber", {
      details: { PartNumberRequested: number, ActualPartCount: object.bodies.length },
    });
  }
  const start = object.bodies.slice(0, position).reduce((sum, { size }) => sum + size, 0);
  const range = object.size === 0 ? null : { start, end: start + body.size };
  return { range, checksum: object.uploadId === null ? object.checksum : body.checksum };
}

/** The response headers that a request overrides. Throws S3Error if a value is not valid in a header. */
function overrides(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of CONTENT_HEADERS) {
    const value = request.query.get(`response-${name}`);
    if (value === null) continue;
    if (!/^[\x20-\x7e\u00a0-\u00ff]*$/.test(value)) {
      const details = { ArgumentName: `response-${name}`, ArgumentValue: value };
      throw new S3Error("InvalidArgument", { message: "Header value cannot be represented.", details });
    }
    headers[name] = value;
  }
  return headers;
}
