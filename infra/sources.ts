import { allSurveysSetting } from "@data-quest/core/constants";
import { settings } from "./stage.ts";

const { timeSeries, population, contact, concurrency, maxRemovedShare } = settings;

/** Where the data comes from, and how it is asked for and believed. */
export const sources = new sst.Linkable("Sources", {
  properties: {
    timeSeries,
    population,
    contact,
    concurrency,
    maxRemovedShare,
    // Texts, since the types of links know no lists and no records.
    dataFiles: JSON.stringify(settings.dataFiles),
    surveys: settings.surveys === allSurveysSetting ? allSurveysSetting : settings.surveys.join(" "),
  },
});
