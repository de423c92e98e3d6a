import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { S3Error } from "./errors.ts";
import { signedAccessKeyId } from "./signature.ts";

/**
 * A parsed request. `bucket` is empty if the request is for the service itself. `key` is empty if the request
 * is not for an object.
 */
export type S3Request = {
  id: string;
  method: string;
  bucket: string;
  key: string;
  query: URLSearchParams;
  /** The access key ID of the signature; any key is accepted. */
  accessKeyId: string;
  message: IncomingMessage;
  /** Called with the size of each piece of the body that is read. */
  count: (bytes: number) => void;
};

const MOST_KEY_BYTES = 1024;

/** The value of the header with this lower-case name, or undefined. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.message.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

/**
 * Refuses a request that has any of the headers in `names`. The service implements them, but this server does
 * not, and ignoring them could destroy data. Throws S3Error NotImplemented.
 */
export function refuseHeaders(request: S3Request, names: readonly string[]): void {
  const found = names.find((name) => header(request, name) !== undefined);
  if (found === undefined) return;
  throw new S3Error("NotImplemented", {
    message: `A header you provided implies functionality that is not implemented: ${found}`,
    details: { Header: found },
  });
}

/** A new request ID in S3's format. */
export function newRequestId(): string {
  return randomBytes(8).toString("hex").toUpperCase();
}

/** S3's second, longer ID of a request. */
export function hostId(requestId: string): string {
  return Buffer.from(requestId.repeat(3)).toString("base64");
}

/**
 * Parses a request, in path style or in virtual-hosted style (`bucket.localhost`). Throws S3Error for a request
 * without a signature and for a path that is not valid.
 */
export function readRequest(message: IncomingMessage, id: string, count: (bytes: number) => void): S3Request {
  const url = message.url ?? "/";
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1));
  const accessKeyId = signedAccessKeyId(message, query);
  const host = bucketOfHost(message.headers.host ?? "");
  const slash = path.indexOf("/", 1);
  const bucket = host ?? decodePath(path.slice(1, slash === -1 ? path.length : slash));
  const rest = host === null ? (slash === -1 ? "" : path.slice(slash + 1)) : path.slice(1);
  const key = decodePath(rest);
  const size = Buffer.byteLength(key);
  if (size > MOST_KEY_BYTES) {
    throw new S3Error("KeyTooLongError", { details: { Size: size, MaxSizeAllowed: MOST_KEY_BYTES } });
  }
  return { id, method: message.method ?? "", bucket, key, query, accessKeyId, message, count };
}

/** The bucket name before `.localhost` in a Host header, or null. */
function bucketOfHost(host: string): string | null {
  return /^(.+)\.localhost(?::\d+)?$/i.exec(host)?.[1] ?? null;
}

/** Decodes percent-encoding. A key must be valid UTF-8. A plus sign is kept. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) throw new S3Error("InvalidURI", { details: { URI: path } });
    throw error;
  }
}
