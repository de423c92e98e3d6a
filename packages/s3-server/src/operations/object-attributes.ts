import { versionHeaders } from "../attributes.ts";
import { checksumElement } from "../checksums.ts";
import { S3Error } from "../errors.ts";
import { findObject } from "../find-object.ts";
import { bucketOf, httpTime, type Operation, xmlResponse } from "../operation.ts";
import { header, type S3Request } from "../request.ts";
import type { Checksum, ObjectVersion } from "../store/records.ts";
import type { XmlContent } from "../xml.ts";

const ATTRIBUTES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/** GetObjectAttributes: the attributes that the header x-amz-object-attributes lists. */
export const getObjectAttributes: Operation = (call) => {
  const { request } = call;
  const bucket = bucketOf(call);
  const object = findObject(request, bucket);
  const asked = (header(request, "x-amz-object-attributes") ?? "").split(",").map((name) => name.trim());
  if (!asked.every((name) => ATTRIBUTES.includes(name))) {
    throw new S3Error("InvalidArgument", {
      message: "Invalid attribute name specified.",
      details: { ArgumentName: "x-amz-object-attributes" },
    });
  }
  const all: Record<string, XmlContent> = {
    ETag: object.etag,
    // Unlike other operations, GetObjectAttributes returns a checksum of checksums without the number of parts.
    Checksum: checksumContent({ ...object.checksum, value: object.checksum.value.replace(/-\d+$/, "") }),
    ObjectParts: partsContent(request, object),
    StorageClass: object.headers["x-amz-storage-class"] ?? "STANDARD",
    ObjectSize: object.size,
  };
  const content = Object.fromEntries(
    ATTRIBUTES.map((name) => [name, asked.includes(name) ? all[name] : undefined]),
  );
  return xmlResponse("GetObjectAttributesResponse", content, {
    "last-modified": httpTime(object.modified),
    ...versionHeaders(bucket.record, object.versionId),
  });
};

/** A checksum as an element of a document. */
export function checksumContent(checksum: Checksum): { [name: string]: XmlContent } {
  return { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type };
}

/**
 * The parts of a multipart object, on the page that the request's headers select. Without a composite
 * checksum, S3 returns only the number of parts.
 */
function partsContent(request: S3Request, object: ObjectVersion): XmlContent {
  if (object.uploadId === null) return undefined;
  if (object.checksum.type !== "COMPOSITE") return { PartsCount: object.bodies.length };
  const marker = Number(header(request, "x-amz-part-number-marker") ?? 0);
  const most = Math.min(Number(header(request, "x-amz-max-parts") ?? 1000), 1000);
  const later = object.bodies.filter(({ partNumber }) => partNumber > marker);
  const page = later.slice(0, most);
  return {
    PartsCount: object.bodies.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
    MaxParts: most,
    IsTruncated: page.length < later.length,
    Part: page.map(({ partNumber, size, checksum }) => ({
      ...(checksum === null ? {} : { [checksumElement(checksum.algorithm)]: checksum.value }),
      PartNumber: partNumber,
      Size: size,
    })),
  };
}
