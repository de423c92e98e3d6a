import { fetchPopulation } from "@data-quest/core/population/fetch-population";
import { Execution, Settings } from "@data-quest/core/workflow";
import { Resource } from "sst";
import * as z from "zod";
import { bronze } from "./buckets.ts";
import { handle } from "./handler.ts";
import { sourceClient } from "./source-client.ts";

const Event = z.strictObject({ settings: Settings, execution: Execution });

export const handler = handle(Event, ({ settings, execution }, context) =>
  fetchPopulation(
    { source: sourceClient(context), population: Resource.Sources.population, bronze },
    settings,
    execution,
  ),
);
