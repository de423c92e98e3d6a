/** Which survey and which of its data files a command is about. */
import { surveyTitle } from "@data-quest/core/surveys";
import type { Paint } from "./terminal.ts";

/** The survey's full name, and the choice of its data files in words. */
export function surveyHeading(survey: string, choice: string, paint: Paint): string[] {
  return [paint("bold", surveyTitle(survey)), paint("dim", `Data: ${choice}`)];
}
