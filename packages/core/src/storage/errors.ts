import { S3ServiceException } from "@aws-sdk/client-s3";
import { StorageRefused, StorageUnavailable, VersionLost, WriteConflict } from "../errors.ts";

/**
 * Errors with a 4xx status that concern only this transfer: a corrupted or incomplete body, or too many
 * requests.
 */
const PASSING: ReadonlySet<string> = new Set([
  "BadDigest",
  "IncompleteBody",
  "InvalidPart",
  "RequestTimeout",
  "SlowDown",
  "XAmzContentSHA256Mismatch",
]);

/** The meaning of a status if S3 explains nothing, as in every response to a HEAD request. */
const UNEXPLAINED: ReadonlyMap<number, string> = new Map([
  [301, "the bucket is in another region. Set AWS_REGION to the region of the bucket"],
  [
    400,
    "the request is not valid. Check that the credentials have not expired, and that the region is right",
  ],
  [401, "the credentials are missing or wrong. Check them"],
  [
    403,
    "access is denied. Check the credentials, and their permissions to read the object and to list the bucket",
  ],
  [405, "the version is a delete marker, which has no content. Specify a different version"],
]);

/**
 * True if S3 says that a key, a version, or an upload does not exist. A missing bucket is a different case.
 */
export function isNotFound(error: unknown): error is S3ServiceException {
  return (
    error instanceof S3ServiceException &&
    error.$metadata.httpStatusCode === 404 &&
    error.name !== "NoSuchBucket"
  );
}

/**
 * The error for a failed S3 request. 409 and 412 mean that another writer was faster. So does 404 if the request
 * depends on something that no longer exists (an If-Match on a delete marker, an upload that another run aborted).
 * An error that this function returned before is returned unchanged.
 */
export function storageError(error: unknown, what: string): Error {
  if (
    error instanceof WriteConflict ||
    error instanceof StorageRefused ||
    error instanceof StorageUnavailable ||
    error instanceof VersionLost
  )
    return error;
  if (!(error instanceof Error)) return new StorageUnavailable(`${what}: ${String(error)}`);
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const message = `${what}: ${explanation(error, status)}`;
  const options = { cause: error };
  if (status === 409 || status === 412 || isNotFound(error)) return new WriteConflict(message, options);
  if (error.name === "DamagedObject") return new VersionLost(`${what}: ${error.message}`, options);
  if (PASSING.has(error.name)) return new StorageUnavailable(message, options);
  if (status !== undefined && status >= 300 && status < 500) return new StorageRefused(message, options);
  if (error.name === "CredentialsProviderError") return new StorageRefused(message, options);
  return new StorageUnavailable(message, options);
}

/**
 * S3's own message. If the response has no message, the client's error is `Unknown: UnknownError`, which says
 * nothing. An explanation of the status then replaces it.
 */
function explanation(error: Error, status: number | undefined): string {
  if (error.message !== "UnknownError" || status === undefined) return `${error.name}: ${error.message}`;
  const meaning = UNEXPLAINED.get(status);
  return `S3 returned ${status} without an explanation${meaning === undefined ? "" : `: ${meaning}`}`;
}
