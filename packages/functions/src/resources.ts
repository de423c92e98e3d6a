/** The dependencies of a handler, from the resources that the deployment links to it. */
import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import type { SourceClient } from "@data-quest/core/source/http";
import type { Bucket } from "@data-quest/core/storage/objects";
import { createPartBuffers } from "@data-quest/core/upload/part-buffers";
import type { Context } from "aws-lambda";
import { Resource } from "sst";
import { Agent } from "undici";

/** For a large file, one part fills while two are in transit. */
const PARTS = 3;
const CONNECT_MILLISECONDS = 10_000;
const STALL_MILLISECONDS = 60_000;

// A body has at most a few MiB: asking for permission for each (Expect: 100-continue) costs more than one
// sent in vain.
const client = new S3Client({ expectContinueHeader: false });
const dispatcher = new Agent({
  connections: Resource.Sources.concurrency,
  connect: { timeout: CONNECT_MILLISECONDS },
});

export const buffers = createPartBuffers(PARTS);
export const bronze: Bucket = { client, name: Resource.Bronze.name };
export const gold: Bucket = { client, name: Resource.Gold.name };
export const silver: Bucket = { client, name: Resource.Silver.name };

/** The client for the sources, for one call: it knows how much of the call's time is left. */
export function sourceClient(context: Context): SourceClient {
  return {
    dispatcher,
    contact: Resource.Sources.contact,
    remainingTime: () => context.getRemainingTimeInMillis(),
    stallLimit: STALL_MILLISECONDS,
    now: () => new Date(),
    sleep,
  };
}
