/** Defines an operation: a function from a call to a response. */
import { S3Error } from "./errors.ts";
import type { S3Fault } from "./faults.ts";
import type { Notification } from "./notifications.ts";
import type { S3Request } from "./request.ts";
import type { Bucket, Store } from "./store/store.ts";
import { toXml, type XmlContent } from "./xml.ts";

/**
 * A request, as its operation receives it. `send` delivers a notification. `fault` is the fault that a test
 * injects. The functions in `atEnd` run when the response has been sent or has failed.
 */
export type Call = {
  store: Store;
  request: S3Request;
  fault: S3Fault | undefined;
  send: (notification: Notification) => void;
  atEnd: (() => Promise<void>)[];
};

/** A response. The pieces of a body must add up to `contentLength` bytes. */
export type S3Response = {
  status: number;
  headers?: Record<string, string>;
  body?: string | { bytes: AsyncIterable<Buffer>; contentLength: number };
};

export type Operation = (call: Call) => Promise<S3Response> | S3Response;

/** The bucket of a call. Throws S3Error NoSuchBucket. */
export function bucketOf({ store, request }: Call): Bucket {
  return findBucket(store, request.bucket);
}

/** A bucket by its name. Throws S3Error NoSuchBucket. */
export function findBucket(store: Store, name: string): Bucket {
  const bucket = store.buckets.get(name);
  if (bucket === undefined) throw new S3Error("NoSuchBucket", { details: { BucketName: name } });
  return bucket;
}

/** A response with an XML document. */
export function xmlResponse(
  root: string,
  content: { [name: string]: XmlContent },
  headers: Record<string, string> = {},
): S3Response {
  return {
    status: 200,
    headers: { "content-type": "application/xml", ...headers },
    body: toXml(root, content),
  };
}

/** A time in the format of S3's documents. */
export function xmlTime(iso: string): string {
  return `${iso.slice(0, 19)}.000Z`;
}

/** A time in the format of HTTP headers. */
export function httpTime(iso: string): string {
  return new Date(iso).toUTCString();
}

/** An entity tag in quotes, as in headers and documents. */
export function quoted(etag: string): string {
  return `"${etag}"`;
}

/**
 * A whole number in the query, within bounds, or `otherwise` if it is absent. Throws S3Error InvalidArgument.
 */
export function queryNumber(
  request: S3Request,
  name: string,
  least: number,
  most: number,
  otherwise: number,
): number {
  const text = request.query.get(name);
  if (text === null || text === "") return otherwise;
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= least && value <= most) return value;
  throw new S3Error("InvalidArgument", {
    message: `${name} must be a whole number between ${least} and ${most}`,
    details: { ArgumentName: name, ArgumentValue: text },
  });
}
