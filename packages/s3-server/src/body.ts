import { rm } from "node:fs/promises";
import { decodeAwsChunked } from "./aws-chunked.ts";
import {
  ALGORITHMS,
  type ChecksumAlgorithm,
  checksumHeader,
  type Digests,
  digester,
  isBase64Of,
  isDigest,
} from "./checksums.ts";
import { S3Error } from "./errors.ts";
import { failWithin, type S3Fault } from "./faults.ts";
import { header, type S3Request } from "./request.ts";
import { type WrittenBody, writeBody } from "./store/bodies.ts";
import type { Store } from "./store/store.ts";

/** The largest body that PutObject and UploadPart accept: 5 GiB. */
const MOST_BODY_BYTES = 5 * 1024 ** 3;

/**
 * What a request's headers claim about its body. Digests are in base64. The value of a checksum is null if it
 * comes in the trailer.
 */
type Claims = {
  length: number;
  framed: boolean;
  md5: string | null;
  sha256: string | null;
  checksum: { algorithm: ChecksumAlgorithm; value: string | null } | null;
};

/** A received body: on disk, with the checksum that the client sent, if any. */
export type ReceivedBody = WrittenBody & { claimed: { algorithm: ChecksumAlgorithm; value: string } | null };

/**
 * Streams a request's body to a temporary file and checks everything that the request claims about it:
 * length, Content-MD5, checksum (in a header or a trailer), and x-amz-content-sha256. `wanted` returns the
 * further checksums to compute. If the body does not match, removes the file and throws S3Error.
 */
export async function receiveBody(
  store: Store,
  request: S3Request,
  fault: S3Fault | undefined,
  wanted: (claimed: ChecksumAlgorithm | null) => ChecksumAlgorithm[],
): Promise<ReceivedBody> {
  const claims = readClaims(request);
  const algorithms = new Set(wanted(claims.checksum?.algorithm ?? null));
  if (claims.checksum !== null) algorithms.add(claims.checksum.algorithm);
  if (claims.sha256 !== null) algorithms.add("SHA256");
  const trailers = new Map<string, string>();
  const body = failWithin(decoded(request, claims, trailers), fault);
  const written = await writeBody(store, body, algorithms);
  try {
    return { ...written, claimed: verify(claims, trailers, written.digests) };
  } catch (error) {
    await rm(written.temporary);
    throw error;
  }
}

/**
 * Reads a small body, such as a settings document, into memory and checks it in the same way as receiveBody.
 * Throws S3Error if the body exceeds `most` bytes. If `ofObject` is true, a checksum in the headers belongs
 * to the object, not to the document, and is not checked.
 */
export async function receiveDocument(request: S3Request, most: number, ofObject = false): Promise<string> {
  const { headers } = request.message;
  if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return "";
  const claims = { ...readClaims(request), ...(ofObject ? { checksum: null } : {}) };
  if (claims.length > most) {
    throw new S3Error("MaxMessageLengthExceeded", { details: { MaxMessageLengthBytes: most } });
  }
  const trailers = new Map<string, string>();
  const chunks: Buffer[] = [];
  for await (const chunk of decoded(request, claims, trailers)) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const whole = digester([claims.checksum?.algorithm ?? "SHA256", "SHA256"]);
  whole.update(body);
  verify(claims, trailers, await whole.digests());
  return body.toString("utf8");
}

/**
 * Whether a request includes a way to check its body: Content-MD5, or a checksum in a header or a trailer.
 */
export function hasIntegrityHeader(request: S3Request): boolean {
  return header(request, "content-md5") !== undefined || readChecksum(request) !== null;
}

function readClaims(request: S3Request): Claims {
  const contentSha256 = header(request, "x-amz-content-sha256") ?? "";
  const streaming = contentSha256.startsWith("STREAMING-");
  const encodings = (header(request, "content-encoding") ?? "").split(",").map((encoding) => encoding.trim());
  const framed = streaming || encodings.includes("aws-chunked");
  const length = framed ? header(request, "x-amz-decoded-content-length") : header(request, "content-length");
  if (length === undefined) throw new S3Error("MissingContentLength");
  if (!/^\d{1,15}$/.test(length)) {
    throw new S3Error("InvalidArgument", { message: `${length} is not a length in bytes` });
  }
  if (Number(length) > MOST_BODY_BYTES) {
    throw new S3Error("EntityTooLarge", {
      details: { ProposedSize: length, MaxSizeAllowed: MOST_BODY_BYTES },
    });
  }
  const md5 = header(request, "content-md5") ?? null;
  if (md5 !== null && !isBase64Of(16, md5))
    throw new S3Error("InvalidDigest", { details: { "Content-MD5": md5 } });
  const sha256 = /^[0-9a-f]{64}$/.test(contentSha256)
    ? Buffer.from(contentSha256, "hex").toString("base64")
    : null;
  return { length: Number(length), framed, md5, sha256, checksum: readChecksum(request) };
}

/** The one checksum that a request sends in a header or announces for its trailer. */
function readChecksum(request: S3Request): Claims["checksum"] {
  const announced = (header(request, "x-amz-trailer") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase());
  const found: NonNullable<Claims["checksum"]>[] = [];
  for (const algorithm of ALGORITHMS) {
    const name = checksumHeader(algorithm);
    const value = header(request, name);
    if (value !== undefined) found.push({ algorithm, value });
    else if (announced.includes(name)) found.push({ algorithm, value: null });
  }
  const [first, second] = found;
  if (second !== undefined) {
    throw new S3Error("InvalidRequest", { message: "Expecting a single x-amz-checksum- header" });
  }
  if (first !== undefined && first.value !== null) checkDigest(first.algorithm, first.value);
  const asked = header(request, "x-amz-sdk-checksum-algorithm");
  if (first !== undefined && asked !== undefined && asked.toUpperCase() !== first.algorithm) {
    throw new S3Error("InvalidRequest", {
      message: "Value for x-amz-sdk-checksum-algorithm header is invalid.",
    });
  }
  return first ?? null;
}

function checkDigest(algorithm: ChecksumAlgorithm, value: string): void {
  if (isDigest(algorithm, value)) return;
  throw new S3Error("InvalidRequest", {
    message: `Value for ${checksumHeader(algorithm)} header is invalid.`,
  });
}

/**
 * The decoded body. Throws S3Error if its length is not the announced length, or if the client disconnects
 * midway.
 */
async function* decoded(
  request: S3Request,
  claims: Claims,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const bytes = received(request);
  let size = 0;
  for await (const chunk of claims.framed ? decodeAwsChunked(bytes, trailers) : bytes) {
    size += chunk.length;
    if (size > claims.length) break;
    yield chunk;
  }
  if (size !== claims.length) throw new S3Error("IncompleteBody");
}

async function* received(request: S3Request): AsyncGenerator<Buffer> {
  try {
    // The message must stay open if the loop ends early: the error response goes out on its connection.
    for await (const chunk of request.message.iterator({ destroyOnReturn: false })) {
      request.count(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw new S3Error("IncompleteBody", {
      message: `The connection was lost before the end of the body: ${String(error)}`,
    });
  }
}

/** Compares what was received with what was claimed. Returns the checksum that the client sent, if any. */
function verify(claims: Claims, trailers: Map<string, string>, digests: Digests): ReceivedBody["claimed"] {
  if (claims.md5 !== null && claims.md5 !== digests.md5.toString("base64")) throw new S3Error("BadDigest");
  if (claims.sha256 !== null && claims.sha256 !== digests.checksum("SHA256")) {
    throw new S3Error("XAmzContentSHA256Mismatch");
  }
  if (claims.checksum === null) return null;
  const { algorithm } = claims.checksum;
  const value = claims.checksum.value ?? trailers.get(checksumHeader(algorithm));
  if (value === undefined) {
    throw new S3Error("InvalidRequest", {
      message: `The trailer ${checksumHeader(algorithm)} was announced but not sent.`,
    });
  }
  checkDigest(algorithm, value);
  if (value !== digests.checksum(algorithm)) {
    throw new S3Error("BadDigest", {
      message: `The ${algorithm} you specified did not match the calculated checksum.`,
    });
  }
  return { algorithm, value };
}
