import { allSurveysSetting } from "@data-quest/core/constants";
import { settings } from "./stage.ts";

const { timeSeries, population, contact, concurrency, maxRemovedShare } = settings;

/** Where the data comes from, and how it is requested and validated. */
export const sources = new sst.Linkable("Sources", {
  properties: {
    timeSeries,
    population,
    contact,
    concurrency,
    maxRemovedShare,
    // Strings, because the types of links support neither lists nor records.
    dataFiles: JSON.stringify(settings.dataFiles),
    surveys: settings.surveys === allSurveysSetting ? allSurveysSetting : settings.surveys.join(" "),
  },
});
