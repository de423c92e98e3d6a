/** Reads an object's attributes from request headers, and converts them to response headers. */
import { S3Error } from "./errors.ts";
import { header, refuseHeaders, type S3Request } from "./request.ts";
import type { Attributes, BucketRecord, ObjectVersion, Tags } from "./store/records.ts";

/**
 * Headers that describe the content. GetObject returns them unless its `response-...` parameters replace
 * them.
 */
export const CONTENT_HEADERS = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
] as const;

/** Headers that are stored unchanged. */
const KEPT_HEADERS = [...CONTENT_HEADERS, "x-amz-website-redirect-location"] as const;

const STORAGE_CLASSES = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
];

/** The encryption headers that this server accepts. */
const ENCRYPTION_HEADERS = [
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-bucket-key-enabled",
] as const;

/** Headers of features that this server does not implement: refused, never ignored. */
const REFUSED_HEADERS = [
  "x-amz-server-side-encryption-customer-algorithm",
  "x-amz-object-lock-mode",
  "x-amz-object-lock-legal-hold",
  "x-amz-object-lock-retain-until-date",
  "x-amz-grant-full-control",
  "x-amz-grant-read",
  "x-amz-grant-read-acp",
  "x-amz-grant-write-acp",
  "x-amz-write-offset-bytes",
] as const;

/** User metadata: at most 2 KB of names and values. */
const MOST_METADATA_BYTES = 2048;

/**
 * Reads metadata, stored headers, encryption, storage class, and tags of a request that creates an object.
 * Throws S3Error.
 */
export function readAttributes(request: S3Request): Attributes {
  refuseHeaders(request, REFUSED_HEADERS);
  if (!isOwnersAcl(request)) throw new S3Error("AccessControlListNotSupported");
  const tagging = header(request, "x-amz-tagging");
  return {
    headers: { ...readKeptHeaders(request), ...readService(request) },
    metadata: readMetadata(request),
    tags: tagging === undefined ? {} : readTagging(tagging),
  };
}

/**
 * Whether a request's ACL, if any, gives access only to the owner. Buckets without ACLs support no other
 * access. S3 itself refuses `private` in such buckets, but some clients always send it, and it changes
 * nothing.
 */
export function isOwnersAcl(request: S3Request): boolean {
  const acl = header(request, "x-amz-acl");
  return acl === undefined || acl === "private" || acl === "bucket-owner-full-control";
}

/**
 * The headers of a request that are stored. The encoding aws-chunked is left out because it belongs to the
 * transfer, not to the object.
 */
function readKeptHeaders(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = header(request, name);
    if (value !== undefined) headers[name] = value;
  }
  const encoding = (headers["content-encoding"] ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== "aws-chunked")
    .join(",");
  if (encoding === "") delete headers["content-encoding"];
  else headers["content-encoding"] = encoding;
  headers["content-type"] ??= "binary/octet-stream";
  return headers;
}

/** Storage class and encryption. By default, every object is encrypted with S3's own keys. */
function readService(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  const storageClass = header(request, "x-amz-storage-class") ?? "STANDARD";
  if (!STORAGE_CLASSES.includes(storageClass)) throw new S3Error("InvalidStorageClass");
  if (storageClass !== "STANDARD") headers["x-amz-storage-class"] = storageClass;
  for (const name of ENCRYPTION_HEADERS) {
    const value = header(request, name);
    if (value !== undefined) headers[name] = value;
  }
  headers["x-amz-server-side-encryption"] ??= "AES256";
  return headers;
}

function readMetadata(request: S3Request): Record<string, string> {
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(request.message.headers)) {
    if (!name.startsWith("x-amz-meta-")) continue;
    const text = String(value);
    metadata[name.slice("x-amz-meta-".length)] = text;
    size += name.length - "x-amz-meta-".length + text.length;
  }
  if (size > MOST_METADATA_BYTES) {
    throw new S3Error("MetadataTooLarge", { details: { Size: size, MaxSizeAllowed: MOST_METADATA_BYTES } });
  }
  return metadata;
}

/** Reads tags from a header, in the format of a URL's query. Throws S3Error InvalidArgument for anything else. */
function readTagging(text: string): Tags {
  const pairs = [...new URLSearchParams(text)].map(([Key, Value]) => ({ Key, Value }));
  const unlike = new Set(pairs.map(({ Key }) => Key));
  if (unlike.size === pairs.length && pairs.every(({ Key, Value }) => isTagText(Key) && isTagText(Value))) {
    return checkTags(pairs, 10);
  }
  throw new S3Error("InvalidArgument", {
    message:
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    details: { ArgumentName: "x-amz-tagging", ArgumentValue: text },
  });
}

/** Checks tags by S3's rules for objects (at most 10) and buckets (at most 50). Throws S3Error InvalidTag. */
export function checkTags(pairs: { Key: string; Value: string }[], most: number): Tags {
  if (pairs.length > most) {
    throw new S3Error("InvalidTag", { message: `Object tags cannot be greater than ${most}` });
  }
  const tags: Tags = {};
  for (const { Key, Value } of pairs) {
    if (Key.startsWith("aws:")) {
      throw new S3Error("InvalidTag", {
        message: "Your TagKey cannot be prefixed with aws:",
        details: { TagKey: Key },
      });
    }
    if (Key === "" || [...Key].length > 128 || !isTagText(Key)) {
      throw new S3Error("InvalidTag", {
        message: "The TagKey you have provided is invalid",
        details: { TagKey: Key },
      });
    }
    if ([...Value].length > 256 || !isTagText(Value)) {
      throw new S3Error("InvalidTag", {
        message: "The TagValue you have provided is invalid",
        details: { TagKey: Key, TagValue: Value },
      });
    }
    if (Object.hasOwn(tags, Key)) {
      throw new S3Error("InvalidTag", {
        message: "Cannot provide multiple Tags with the same key",
        details: { TagKey: Key },
      });
    }
    tags[Key] = Value;
  }
  return tags;
}

/** Whether all characters are letters, digits, or spaces of any script, or one of + - = . _ : / @ */
function isTagText(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}

/** The header with the version ID, or no header in a bucket that never had versioning. */
export function versionHeaders(bucket: BucketRecord, versionId: string): Record<string, string> {
  return bucket.versioning === "Never" ? {} : { "x-amz-version-id": versionId };
}

/** The encryption headers of an object, for the response to a write. */
export function encryptionHeaders(object: { headers: Record<string, string> }): Record<string, string> {
  return Object.fromEntries(
    ENCRYPTION_HEADERS.flatMap((name) => {
      const value = object.headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** An object's metadata as headers. Non-ASCII text is encoded as defined in RFC 2047, as in S3. */
export function metadataHeaders(object: ObjectVersion): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object.metadata).map(([name, value]) => [
      `x-amz-meta-${name}`,
      /^[\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value, "latin1").toString("base64")}?=`,
    ]),
  );
}
