/** The records on disk: one small JSON file for each bucket, version, upload, and part. */
import * as z from "zod";
import { ALGORITHMS, CHECKSUM_TYPES } from "../checksums.ts";

const Tags = z.record(z.string(), z.string());
export type Tags = z.infer<typeof Tags>;

/** A stored checksum of an object or of a part. `type` says what the checksum covers. `value` is base64. */
const Checksum = z.strictObject({
  algorithm: z.enum(ALGORITHMS),
  type: z.enum(CHECKSUM_TYPES),
  value: z.string(),
});
export type Checksum = z.infer<typeof Checksum>;

/** A file of bytes under `bodies/`. An object has one such file, or one for each part of a multipart upload. */
const Body = z.strictObject({
  file: z.string(),
  size: z.int().min(0),
  partNumber: z.int().min(1),
  checksum: Checksum.nullable(),
});
export type Body = z.infer<typeof Body>;

/**
 * The attributes that a client gives an object. `headers` contains the headers that GetObject returns, by
 * lower-case name.
 */
const Attributes = z.strictObject({
  headers: z.record(z.string(), z.string()),
  metadata: z.record(z.string(), z.string()),
  tags: Tags,
});
export type Attributes = z.infer<typeof Attributes>;

/**
 * `id` is the name of the record's file. Later versions have greater IDs. Times are in UTC, in ISO 8601 format.
 */
const Common = { id: z.string(), key: z.string(), versionId: z.string(), modified: z.iso.datetime() };

/**
 * A version with bytes. `uploadId` is the ID of the multipart upload that created the version, or null. `etag`
 * has no quotes.
 */
export const ObjectVersion = z.strictObject({
  kind: z.literal("object"),
  ...Common,
  size: z.int().min(0),
  etag: z.string(),
  bodies: z.array(Body),
  uploadId: z.string().nullable(),
  checksum: Checksum,
  ...Attributes.shape,
});
export type ObjectVersion = z.infer<typeof ObjectVersion>;

export const DeleteMarker = z.strictObject({ kind: z.literal("deleteMarker"), ...Common });
export type DeleteMarker = z.infer<typeof DeleteMarker>;

export const Version = z.discriminatedUnion("kind", [ObjectVersion, DeleteMarker]);
export type Version = z.infer<typeof Version>;

/** An open multipart upload. `checksum` is null if the client chose no algorithm: S3 then uses CRC64NVME. */
export const UploadRecord = z.strictObject({
  uploadId: z.string(),
  key: z.string(),
  initiated: z.iso.datetime(),
  checksum: z.strictObject({ algorithm: z.enum(ALGORITHMS), type: z.enum(CHECKSUM_TYPES) }).nullable(),
  ...Attributes.shape,
});
export type UploadRecord = z.infer<typeof UploadRecord>;

/** The body of a part always has a checksum: the client's choice, or CRC64NVME. */
const PartBody = z.strictObject({ ...Body.shape, checksum: Checksum });

/**
 * A part of an upload. `id` is the name of the part's record and of its body. If two parts have the same
 * number, the part with the greater ID counts.
 */
export const PartRecord = z.strictObject({
  id: z.string(),
  uploadId: z.string(),
  etag: z.string(),
  modified: z.iso.datetime(),
  body: PartBody,
});
export type PartRecord = z.infer<typeof PartRecord>;

/** The subresources whose documents a bucket stores and returns unchanged. */
const DOCUMENTS = [
  "encryption",
  "lifecycle",
  "notification",
  "ownershipControls",
  "policy",
  "publicAccessBlock",
] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

/** A bucket's settings. An absent document was never put, or was deleted. */
export const BucketRecord = z.strictObject({
  name: z.string(),
  created: z.iso.datetime(),
  location: z.string(),
  versioning: z.enum(["Never", "Enabled", "Suspended"]),
  tags: Tags,
  documents: z.partialRecord(z.enum(DOCUMENTS), z.string()),
});
export type BucketRecord = z.infer<typeof BucketRecord>;
