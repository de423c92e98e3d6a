import { DataFilesOfSurveys } from "@data-quest/core/data-files/choice";
import { startRun } from "@data-quest/core/mirror/discover";
import { check, Execution, ExecutionInput } from "@data-quest/core/workflow";
import { Resource } from "sst";
import * as z from "zod";
import { bronze } from "./buckets.ts";
import { handle } from "./handler.ts";
import { sourceClient } from "./source-client.ts";

const Event = z.strictObject({ input: ExecutionInput, execution: Execution });

export const handler = handle(Event, ({ input }, context) => {
  const { timeSeries, concurrency, maxRemovedShare, dataFiles } = Resource.Sources;
  return startRun({ source: sourceClient(context), timeSeries, bronze }, input, {
    concurrency,
    maxRemovedShare,
    dataFiles: check(DataFilesOfSurveys, JSON.parse(dataFiles), "The stage's setting dataFiles"),
  });
});
