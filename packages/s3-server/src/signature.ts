/**
 * Whether a request carries a signature. Any key is accepted, so signatures are not verified. But like S3,
 * this server refuses anonymous requests (Amazon S3 API Reference, "Authenticating Requests").
 */
import type { IncomingMessage } from "node:http";
import { S3Error } from "./errors.ts";

/** SigV4 and SigV4A in the Authorization header. */
const HEADER_V4 =
  /^AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256)\s+(?=.*\bCredential=([^/,\s]+)\/)(?=.*\bSignedHeaders=[^,\s])(?=.*\bSignature=[0-9a-f]{64,})/i;

/** SigV2 in the Authorization header: `AWS <key>:<base64>`. */
const HEADER_V2 = /^AWS ([^:\s]+):[A-Za-z0-9+/]+={0,2}$/;

const QUERY_V4 = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Amz-Signature",
] as const;

const QUERY_V2 = ["AWSAccessKeyId", "Expires", "Signature"] as const;

/** A presigned URL is valid for at most seven days. */
const LONGEST_VALIDITY_SECONDS = 604_800;

/** The response to a request without a signature. curl 7.75 and later can sign requests. */
const UNSIGNED =
  "Access Denied: the request is not signed. Any access key is accepted: use the AWS CLI or an SDK, a presigned URL " +
  '(aws s3 presign), or curl --aws-sigv4 "aws:amz:us-east-1:s3" --user local:local';

/**
 * Returns the access key ID that a request is signed with, in its Authorization header or its query (a
 * presigned URL). Throws S3Error: AccessDenied if the request has no signature, or if a presigned URL has expired
 * or is a malformed SigV2 URL; InvalidArgument, AuthorizationHeaderMalformed, or
 * AuthorizationQueryParametersError if any other signature is malformed, or if the request has two signatures.
 */
export function signedAccessKeyId(
  message: IncomingMessage,
  query: URLSearchParams,
  now = Date.now(),
): string {
  const { authorization } = message.headers;
  const presigned = QUERY_V4.some((name) => query.has(name))
    ? presignedV4(query, now)
    : query.has("AWSAccessKeyId") || query.has("Signature")
      ? presignedV2(query, now)
      : undefined;
  if (authorization === undefined) {
    if (presigned === undefined) throw new S3Error("AccessDenied", { message: UNSIGNED });
    return presigned;
  }
  if (presigned !== undefined) {
    throw new S3Error("InvalidArgument", {
      message:
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
    });
  }
  const accessKeyId = HEADER_V4.exec(authorization)?.[1] ?? HEADER_V2.exec(authorization)?.[1];
  if (accessKeyId !== undefined) return accessKeyId;
  if (/^AWS4-/.test(authorization)) {
    throw new S3Error("AuthorizationHeaderMalformed", {
      message: "The authorization header is malformed; it needs Credential, SignedHeaders and Signature.",
    });
  }
  throw new S3Error("InvalidArgument", {
    message: "Unsupported Authorization Type",
    details: { ArgumentName: "Authorization" },
  });
}

function presignedV4(query: URLSearchParams, now: number): string {
  const missing = QUERY_V4.filter((name) => !query.get(name));
  if (missing.length > 0) throw malformedQuery(`the query lacks ${missing.join(", ")}`);
  const accessKeyId = /^([^/]+)\/./.exec(query.get("X-Amz-Credential") ?? "")?.[1];
  if (accessKeyId === undefined) throw malformedQuery("X-Amz-Credential is not <key>/<scope>");
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get("X-Amz-Date") ?? "");
  if (date === null) throw malformedQuery("X-Amz-Date must be in the format YYYYMMDDTHHMMSSZ");
  const [year, month, day, hours, minutes, seconds] = date.slice(1).map(Number);
  const signedAt = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hours, minutes, seconds);
  const validity = query.get("X-Amz-Expires") ?? "";
  if (!/^\d{1,6}$/.test(validity) || Number(validity) < 1 || Number(validity) > LONGEST_VALIDITY_SECONDS)
    throw malformedQuery(`X-Amz-Expires must be between 1 and ${LONGEST_VALIDITY_SECONDS} seconds`);
  checkExpiry(signedAt + Number(validity) * 1000, now);
  return accessKeyId;
}

function presignedV2(query: URLSearchParams, now: number): string {
  const missing = QUERY_V2.filter((name) => !query.get(name));
  if (missing.length > 0) {
    throw new S3Error("AccessDenied", {
      message: `Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters; ${missing.join(", ")} is missing`,
    });
  }
  const expires = query.get("Expires") ?? "";
  if (!/^\d{1,12}$/.test(expires))
    throw new S3Error("AccessDenied", { message: "Invalid date (should be seconds since epoch)" });
  checkExpiry(Number(expires) * 1000, now);
  return query.get("AWSAccessKeyId") ?? "";
}

function checkExpiry(expiresAt: number, now: number): void {
  if (now <= expiresAt) return;
  throw new S3Error("AccessDenied", {
    message: "Request has expired",
    details: { Expires: new Date(expiresAt).toISOString(), ServerTime: new Date(now).toISOString() },
  });
}

function malformedQuery(why: string): S3Error {
  return new S3Error("AuthorizationQueryParametersError", {
    message: `Error parsing the query parameters of the signature: ${why}`,
  });
}
