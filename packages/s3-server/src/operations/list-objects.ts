import { S3Error } from "../errors.ts";
import { bucketOf, type Operation, queryNumber, quoted, xmlResponse, xmlTime } from "../operation.ts";
import { OWNER } from "../owner.ts";
import { type Line, lines, takePage } from "../page.ts";
import type { S3Request } from "../request.ts";
import type { ObjectVersion } from "../store/records.ts";
import type { Bucket } from "../store/store.ts";
import { currentVersion } from "../store/versions.ts";
import type { XmlContent } from "../xml.ts";

/** The parameters that the listings share: prefix, delimiter, maximum number of entries, and encoding of keys. */
export type Listing = {
  prefix: string;
  delimiter: string;
  most: number;
  encodingType: string | undefined;
  encode: (text: string) => string;
};

/** Reads the parameters that the listings share. Throws S3Error InvalidArgument. */
export function readListing({ query }: S3Request, most: number): Listing {
  const encodingType = query.get("encoding-type") ?? undefined;
  if (encodingType !== undefined && encodingType !== "url") {
    throw new S3Error("InvalidArgument", {
      message: "Invalid Encoding Method specified in Request",
      details: { ArgumentName: "encoding-type", ArgumentValue: encodingType },
    });
  }
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    most: Math.min(most, 1000),
    encodingType,
    encode: encodingType === "url" ? urlEncode : (text) => text,
  };
}

/** Percent-encodes text as S3's listings do: slashes are kept, and a space becomes a plus sign. */
function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/%2F/g, "/")
    .replace(/%20/g, "+")
    .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The first elements of every listing of objects or versions. */
export function listingContent(bucket: Bucket, listing: Listing): { [name: string]: XmlContent } {
  return {
    Name: bucket.record.name,
    Prefix: listing.encode(listing.prefix),
    Delimiter: listing.delimiter === "" ? undefined : listing.encode(listing.delimiter),
    EncodingType: listing.encodingType,
  };
}

/** ListObjectsV2. */
export const listObjectsV2: Operation = (call) => {
  const { query } = call.request;
  const bucket = bucketOf(call);
  const listing = readListing(call.request, maxKeys(call.request));
  const token = query.get("continuation-token") ?? undefined;
  const startAfter = query.get("start-after") ?? undefined;
  const after = token === undefined ? (startAfter ?? "") : readToken(token);
  const withOwner = query.get("fetch-owner") === "true";
  const { page, truncated } = listPage(bucket, listing, after);
  return xmlResponse("ListBucketResult", {
    ...listingContent(bucket, listing),
    MaxKeys: listing.most,
    KeyCount: page.length,
    IsTruncated: truncated,
    ContinuationToken: token,
    NextContinuationToken: truncated ? writeToken(lastOf(page)) : undefined,
    StartAfter: startAfter === undefined ? undefined : listing.encode(startAfter),
    ...pageContent(bucket, listing, page, withOwner),
  });
};

/** ListObjects, version 1: continues after a key or a common prefix. */
export const listObjects: Operation = (call) => {
  const bucket = bucketOf(call);
  const listing = readListing(call.request, maxKeys(call.request));
  const marker = call.request.query.get("marker") ?? "";
  const { page, truncated } = listPage(bucket, listing, marker);
  return xmlResponse("ListBucketResult", {
    ...listingContent(bucket, listing),
    Marker: listing.encode(marker),
    MaxKeys: listing.most,
    IsTruncated: truncated,
    // Without a delimiter, S3 returns no NextMarker: the client continues after the last key.
    NextMarker: truncated && listing.delimiter !== "" ? listing.encode(lastOf(page)) : undefined,
    ...pageContent(bucket, listing, page, true),
  });
};

function maxKeys(request: S3Request): number {
  return queryNumber(request, "max-keys", 0, 2 ** 31 - 1, 1000);
}

function listPage(bucket: Bucket, listing: Listing, after: string): { page: Line[]; truncated: boolean } {
  const { prefix, delimiter } = listing;
  const all = lines(
    { sorted: bucket.index.sorted, prefix, delimiter, after },
    (key) => currentVersion(bucket, key)?.kind === "object",
  );
  return takePage(all, listing.most);
}

function lastOf(page: Line[]): string {
  const last = page.at(-1);
  if (last === undefined) return "";
  return last.kind === "key" ? last.key : last.prefix;
}

function pageContent(
  bucket: Bucket,
  listing: Listing,
  page: Line[],
  withOwner: boolean,
): { [name: string]: XmlContent } {
  const contents: XmlContent[] = [];
  const prefixes: XmlContent[] = [];
  for (const line of page) {
    if (line.kind === "prefix") {
      prefixes.push({ Prefix: listing.encode(line.prefix) });
      continue;
    }
    const object = currentVersion(bucket, line.key);
    if (object?.kind !== "object") continue;
    contents.push({
      Key: listing.encode(object.key),
      ...objectContent(object),
      Owner: withOwner ? OWNER : undefined,
    });
  }
  return { Contents: contents, CommonPrefixes: prefixes };
}

/** The elements that describe an object, the same in all kinds of listings. */
export function objectContent(object: ObjectVersion): { [name: string]: XmlContent } {
  return {
    LastModified: xmlTime(object.modified),
    ETag: quoted(object.etag),
    ChecksumAlgorithm: object.checksum.algorithm,
    ChecksumType: object.checksum.type,
    Size: object.size,
    StorageClass: object.headers["x-amz-storage-class"] ?? "STANDARD",
  };
}

/** A continuation token says where to continue. It is opaque to clients. */
function writeToken(after: string): string {
  return Buffer.from(`after:${after}`).toString("base64");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64").toString("utf8");
  if (text.startsWith("after:")) return text.slice("after:".length);
  throw new S3Error("InvalidArgument", {
    message: "The continuation token provided is incorrect",
    details: { ArgumentName: "continuation-token" },
  });
}
