/** A heading with the survey and the data files of a command. */
import { surveyTitle } from "@data-quest/core/surveys";
import type { Paint } from "./terminal.ts";

/** The survey's full name, and a description of the chosen data files. */
export function surveyHeading(survey: string, choice: string, paint: Paint): string[] {
  return [paint("bold", surveyTitle(survey)), paint("dim", `Data: ${choice}`)];
}
