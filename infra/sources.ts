import { settings } from "./stage.ts";

const { timeSeries, population, contact, concurrency, maxRemovedShare, surveys } = settings;

/** Where the data comes from, and how it is asked for and believed. */
export const sources = new sst.Linkable("Sources", {
  properties: { timeSeries, population, contact, concurrency, maxRemovedShare, surveys },
});
