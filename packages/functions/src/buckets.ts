/** The buckets that the deployment links to a handler. */
import { S3Client } from "@aws-sdk/client-s3";
import type { Bucket } from "@data-quest/core/storage/objects";
import { Resource } from "sst";

// A body is at most a few MiB. Asking for permission to send each one (Expect: 100-continue) costs more than
// occasionally sending a body in vain.
const client = new S3Client({ expectContinueHeader: false });

export const bronze: Bucket = { client, name: Resource.Bronze.name };
export const gold: Bucket = { client, name: Resource.Gold.name };
export const silver: Bucket = { client, name: Resource.Silver.name };
