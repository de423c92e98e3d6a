import { stageSettings } from "./settings.ts";

/** The settings of the stage that is being deployed. */
export const settings = stageSettings($app.stage, process.env);
