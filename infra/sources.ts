import { settings } from "./stage.ts";

/** Where the data comes from, whom the sources can write to, what is believed of a listing, and how many files come at a time. */
export const sources = new sst.Linkable("Sources", {
  properties: {
    timeSeries: settings.timeSeries,
    population: settings.population,
    contact: settings.contact,
    maxRemovedShare: settings.maxRemovedShare,
    concurrency: settings.syncConcurrency,
  },
});
