import { syncFile } from "@data-quest/core/mirror/sync-file";
import { createPartBuffers } from "@data-quest/core/upload/part-buffers";
import { Execution, Settings, SyncItem } from "@data-quest/core/workflow";
import { Resource } from "sst";
import * as z from "zod";
import { bronze } from "./buckets.ts";
import { handle } from "./handler.ts";
import { sourceClient } from "./source-client.ts";

/** For a large file, one part fills while two are in transit. */
const PARTS = 3;
const buffers = createPartBuffers(PARTS);

const Event = z.strictObject({
  item: SyncItem,
  listedAt: z.iso.datetime(),
  settings: Settings,
  execution: Execution,
});

export const handler = handle(Event, ({ listedAt, ...task }, context) =>
  syncFile(
    { source: sourceClient(context), timeSeries: Resource.Sources.timeSeries, bronze, buffers },
    { ...task, listedAt: new Date(listedAt) },
  ),
);
