import { S3Error } from "../errors.ts";
import { bucketOf, type Operation, queryNumber, xmlResponse, xmlTime } from "../operation.ts";
import { OWNER } from "../owner.ts";
import { lines, takePage } from "../page.ts";
import { versionsOf } from "../store/key-index.ts";
import type { Version } from "../store/records.ts";
import type { Bucket } from "../store/store.ts";
import { currentVersion } from "../store/versions.ts";
import type { XmlContent } from "../xml.ts";
import { type Listing, listingContent, objectContent, readListing } from "./list-objects.ts";

/** An entry of the listing: a version, or a common prefix. */
type Item = { kind: "version"; version: Version } | { kind: "prefix"; prefix: string };

/** ListObjectVersions: all versions and delete markers, by key, newest first within a key. */
export const listObjectVersions: Operation = (call) => {
  const { query } = call.request;
  const bucket = bucketOf(call);
  const listing = readListing(call.request, queryNumber(call.request, "max-keys", 0, 2 ** 31 - 1, 1000));
  const keyMarker = query.get("key-marker") ?? "";
  const versionIdMarker = query.get("version-id-marker") ?? "";
  if (versionIdMarker !== "" && keyMarker === "") {
    throw new S3Error("InvalidArgument", {
      message: "A version-id marker cannot be specified without a key marker.",
      details: { ArgumentName: "version-id-marker", ArgumentValue: versionIdMarker },
    });
  }
  const { page, truncated } = takePage(items(bucket, listing, keyMarker, versionIdMarker), listing.most);
  const last = page.at(-1);
  return xmlResponse("ListVersionsResult", {
    ...listingContent(bucket, listing),
    KeyMarker: listing.encode(keyMarker),
    VersionIdMarker: versionIdMarker,
    MaxKeys: listing.most,
    IsTruncated: truncated,
    ...(truncated && last !== undefined ? nextMarkers(listing, last) : {}),
    Version: page.flatMap((item) => versionContent(bucket, listing, item)),
    DeleteMarker: page.flatMap((item) => markerContent(bucket, listing, item)),
    CommonPrefixes: page.flatMap((item) =>
      item.kind === "prefix" ? [{ Prefix: listing.encode(item.prefix) }] : [],
    ),
  });
};

function* items(
  bucket: Bucket,
  listing: Listing,
  keyMarker: string,
  versionIdMarker: string,
): Generator<Item> {
  const { sorted } = bucket.index;
  const { prefix, delimiter } = listing;
  // Within the marker's key, the listing continues after the marker's version. If the marker has no version,
  // the listing skips the key.
  if (versionIdMarker !== "" && keyMarker.startsWith(prefix)) {
    const versions = versionsOf(bucket.index, keyMarker);
    // A version ID starts with the internal ID that determines the order of versions. So a marker still has a
    // place in that order after its version has been deleted.
    const marker = versions.find(({ versionId }) => versionId === versionIdMarker)?.id ?? versionIdMarker;
    for (const version of versions) if (version.id < marker.slice(0, 14)) yield { kind: "version", version };
  }
  for (const line of lines({ sorted, prefix, delimiter, after: keyMarker }, () => true)) {
    if (line.kind === "prefix") yield line;
    else for (const version of versionsOf(bucket.index, line.key)) yield { kind: "version", version };
  }
}

function nextMarkers(listing: Listing, last: Item): { [name: string]: XmlContent } {
  if (last.kind === "prefix") return { NextKeyMarker: listing.encode(last.prefix) };
  return { NextKeyMarker: listing.encode(last.version.key), NextVersionIdMarker: last.version.versionId };
}

function versionContent(bucket: Bucket, listing: Listing, item: Item): XmlContent[] {
  if (item.kind === "prefix" || item.version.kind !== "object") return [];
  const { version } = item;
  return [{ ...commonContent(bucket, listing, version), ...objectContent(item.version), Owner: OWNER }];
}

function markerContent(bucket: Bucket, listing: Listing, item: Item): XmlContent[] {
  if (item.kind === "prefix" || item.version.kind === "object") return [];
  const { version } = item;
  return [
    { ...commonContent(bucket, listing, version), LastModified: xmlTime(version.modified), Owner: OWNER },
  ];
}

function commonContent(bucket: Bucket, listing: Listing, version: Version): { [name: string]: XmlContent } {
  return {
    Key: listing.encode(version.key),
    VersionId: version.versionId,
    IsLatest: currentVersion(bucket, version.key) === version,
  };
}
