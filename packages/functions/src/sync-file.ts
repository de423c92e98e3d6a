import { syncFile } from "@data-quest/core/mirror/sync-file";
import { Execution, Settings, SyncItem } from "@data-quest/core/workflow";
import { Resource } from "sst";
import * as z from "zod";
import { handle } from "./handler.ts";
import { bronze, buffers, sourceClient } from "./resources.ts";

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
