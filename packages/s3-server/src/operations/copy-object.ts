import { readAttributes } from "../attributes.ts";
import { ALGORITHMS, type ChecksumAlgorithm, checksumElement } from "../checksums.ts";
import { checkCondition, readWriteCondition } from "../conditions.ts";
import { copySourceHeaders, findCopySource } from "../copy-source.ts";
import { S3Error } from "../errors.ts";
import { failWithin } from "../faults.ts";
import { notify } from "../notifications.ts";
import { bucketOf, type Operation, quoted, xmlResponse, xmlTime } from "../operation.ts";
import { header, type S3Request } from "../request.ts";
import { readObject, writeBody } from "../store/bodies.ts";
import type { Attributes, ObjectVersion } from "../store/records.ts";
import { commitWhole, writtenHeaders } from "./put-object.ts";

/**
 * CopyObject: a new version with the bytes of another object, and with metadata and tags from that object or
 * from the request.
 */
export const copyObject: Operation = async (call) => {
  const { store, request, fault } = call;
  const bucket = bucketOf(call);
  const source = findCopySource(call);
  const attributes = copiedAttributes(request, source.object);
  const sameObject =
    source.bucket === bucket && source.object.key === request.key && source.versionId === null;
  if (sameObject && directive(request, "metadata") === "COPY" && !changesStorage(request)) {
    throw new S3Error("InvalidRequest", {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  const condition = readWriteCondition(request, bucket);
  checkCondition(condition, bucket, request.key);
  const algorithm = askedAlgorithm(request) ?? source.object.checksum.algorithm;
  const bytes = failWithin(readObject(source.bucket, source.object, 0, source.object.size), fault);
  const body = await writeBody(store, bytes, [algorithm]);
  const version = await commitWhole(call, bucket, body, algorithm, attributes, condition);
  notify(call, { name: "ObjectCreated:Copy", bucket, version });
  return xmlResponse(
    "CopyObjectResult",
    {
      ETag: quoted(version.etag),
      LastModified: xmlTime(version.modified),
      [checksumElement(version.checksum.algorithm)]: version.checksum.value,
    },
    { ...withoutEtag(writtenHeaders(bucket, version)), ...copySourceHeaders(source) },
  );
};

/** The checksum algorithm that the request specifies for the copy. */
function askedAlgorithm(request: S3Request): ChecksumAlgorithm | undefined {
  const asked = header(request, "x-amz-checksum-algorithm");
  if (asked === undefined) return undefined;
  const algorithm = ALGORITHMS.find((name) => name === asked.toUpperCase());
  if (algorithm !== undefined) return algorithm;
  throw new S3Error("InvalidRequest", { message: "Checksum algorithm provided is unsupported." });
}

function withoutEtag({ etag: _, ...headers }: Record<string, string>): Record<string, string> {
  return headers;
}

/** The attributes of the copy: metadata and tags come from the source or from the request, as directed. */
function copiedAttributes(request: S3Request, source: ObjectVersion): Attributes {
  const own = readAttributes(request);
  const copiesMetadata = directive(request, "metadata") === "COPY";
  const { "x-amz-storage-class": _, ...sourceHeaders } = source.headers;
  const asked = Object.entries(own.headers).filter(([name]) => name.startsWith("x-amz-"));
  return {
    headers: copiesMetadata ? { ...sourceHeaders, ...Object.fromEntries(asked) } : own.headers,
    metadata: copiesMetadata ? source.metadata : own.metadata,
    tags: directive(request, "tagging") === "COPY" ? source.tags : own.tags,
  };
}

function directive(request: S3Request, what: "metadata" | "tagging"): "COPY" | "REPLACE" {
  const value = header(request, `x-amz-${what}-directive`) ?? "COPY";
  if (value === "COPY" || value === "REPLACE") return value;
  throw new S3Error("InvalidArgument", {
    message: `Unknown ${what} directive.`,
    details: { ArgumentName: `x-amz-${what}-directive`, ArgumentValue: value },
  });
}

/** Whether a copy of an object onto itself changes anything other than metadata. */
function changesStorage(request: S3Request): boolean {
  const names = ["x-amz-storage-class", "x-amz-server-side-encryption", "x-amz-website-redirect-location"];
  return names.some((name) => header(request, name) !== undefined);
}
