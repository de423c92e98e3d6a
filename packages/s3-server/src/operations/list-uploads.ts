import { checksumElement } from "../checksums.ts";
import { bucketOf, type Operation, queryNumber, quoted, xmlResponse, xmlTime } from "../operation.ts";
import { OWNER } from "../owner.ts";
import { lines, takePage } from "../page.ts";
import { compareKeys } from "../store/key-index.ts";
import type { Upload } from "../store/store.ts";
import { readListing } from "./list-objects.ts";
import { uploadOf } from "./upload-part.ts";

/** An entry of the listing: an upload, or a common prefix. */
type Item = { kind: "upload"; upload: Upload } | { kind: "prefix"; prefix: string };

/** ListMultipartUploads: the unfinished uploads, by key and start time. */
export const listMultipartUploads: Operation = (call) => {
  const { query } = call.request;
  const bucket = bucketOf(call);
  const listing = readListing(call.request, queryNumber(call.request, "max-uploads", 1, 2 ** 31 - 1, 1000));
  const keyMarker = query.get("key-marker") ?? "";
  const uploadIdMarker = keyMarker === "" ? "" : (query.get("upload-id-marker") ?? "");
  const uploads = groupByKey([...bucket.uploads.values()]);
  const sorted = [...uploads.keys()].sort(compareKeys);
  const { prefix, delimiter } = listing;

  function* items(): Generator<Item> {
    if (uploadIdMarker !== "" && keyMarker.startsWith(prefix)) {
      for (const upload of uploads.get(keyMarker) ?? []) {
        if (upload.record.uploadId > uploadIdMarker) yield { kind: "upload", upload };
      }
    }
    for (const line of lines({ sorted, prefix, delimiter, after: keyMarker }, () => true)) {
      if (line.kind === "prefix") yield line;
      else for (const upload of uploads.get(line.key) ?? []) yield { kind: "upload", upload };
    }
  }

  const { page, truncated } = takePage(items(), listing.most);
  const last = page.at(-1);
  const next = last === undefined || last.kind === "prefix" ? (last?.prefix ?? "") : last.upload.record.key;
  return xmlResponse("ListMultipartUploadsResult", {
    Bucket: bucket.record.name,
    KeyMarker: listing.encode(keyMarker),
    UploadIdMarker: uploadIdMarker,
    Prefix: prefix === "" ? undefined : listing.encode(prefix),
    Delimiter: delimiter === "" ? undefined : listing.encode(delimiter),
    EncodingType: listing.encodingType,
    MaxUploads: listing.most,
    IsTruncated: truncated,
    // S3 includes the next markers even on the last page.
    NextKeyMarker: listing.encode(next),
    NextUploadIdMarker: last?.kind === "upload" ? last.upload.record.uploadId : "",
    Upload: page.flatMap((item) => {
      if (item.kind === "prefix") return [];
      const { record } = item.upload;
      return [
        {
          Key: listing.encode(record.key),
          UploadId: record.uploadId,
          Initiator: OWNER,
          Owner: OWNER,
          StorageClass: record.headers["x-amz-storage-class"] ?? "STANDARD",
          Initiated: xmlTime(record.initiated),
          ChecksumAlgorithm: record.checksum?.algorithm,
          ChecksumType: record.checksum?.type,
        },
      ];
    }),
    CommonPrefixes: page.flatMap((item) =>
      item.kind === "prefix" ? [{ Prefix: listing.encode(item.prefix) }] : [],
    ),
  });
};

/** Upload IDs increase with time, so sorting by ID sorts the uploads by start time. */
function groupByKey(uploads: Upload[]): Map<string, Upload[]> {
  uploads.sort((a, b) => (a.record.uploadId < b.record.uploadId ? -1 : 1));
  return Map.groupBy(uploads, ({ record }) => record.key);
}

/** ListParts: the uploaded parts. */
export const listParts: Operation = (call) => {
  const { request } = call;
  const bucket = bucketOf(call);
  const upload = uploadOf(call, bucket);
  const most = Math.min(queryNumber(request, "max-parts", 0, 2 ** 31 - 1, 1000), 1000);
  const marker = queryNumber(request, "part-number-marker", 0, 2 ** 31 - 1, 0);
  const later = [...upload.parts.values()]
    .filter(({ body }) => body.partNumber > marker)
    .sort((a, b) => a.body.partNumber - b.body.partNumber);
  const { page, truncated } = takePage(later, most);
  const { record } = upload;
  return xmlResponse("ListPartsResult", {
    Bucket: bucket.record.name,
    Key: record.key,
    UploadId: record.uploadId,
    Initiator: OWNER,
    Owner: OWNER,
    StorageClass: record.headers["x-amz-storage-class"] ?? "STANDARD",
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.body.partNumber ?? 0,
    MaxParts: most,
    IsTruncated: truncated,
    ChecksumAlgorithm: record.checksum?.algorithm,
    ChecksumType: record.checksum?.type,
    Part: page.map(({ body, etag, modified }) => ({
      PartNumber: body.partNumber,
      LastModified: xmlTime(modified),
      ETag: quoted(etag),
      ...(record.checksum === null
        ? {}
        : { [checksumElement(body.checksum.algorithm)]: body.checksum.value }),
      Size: body.size,
    })),
  });
};
