import { settings } from "./stage.ts";

// A link passes on the bucket's name and grants nothing: what a function may do is written beside the function.
sst.Linkable.wrap(sst.aws.Bucket, (bucket) => ({ properties: { name: bucket.name } }));

/** A private, versioned, encrypted bucket that takes requests by TLS only. */
function bucket(name: string): sst.aws.Bucket {
  const component = new sst.aws.Bucket(name, {
    versioning: true,
    cors: false,
    lifecycle: [{ id: "OldVersions" }],
    transform: {
      bucket: { forceDestroy: $app.removal === "remove" },
      lifecycle: {
        rules: [
          {
            id: "OldVersions",
            status: "Enabled",
            filter: {},
            noncurrentVersionExpiration: { noncurrentDays: settings.oldVersionDays },
            expiration: { expiredObjectDeleteMarker: true },
          },
          {
            id: "UnfinishedUploads",
            status: "Enabled",
            filter: {},
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      },
    },
  });
  new aws.s3.BucketServerSideEncryptionConfiguration(`${name}Encryption`, {
    bucket: component.name,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  return component;
}

/** The exact bytes that the sources publish. */
export const bronze = bucket("Bronze");
/** The same figures, typed and columnar. */
export const silver = bucket("Silver");
/** The reports. */
export const gold = bucket("Gold");
