import { defaultSurvey, surveyPattern } from "@data-quest/core/constants";
import * as z from "zod";

/**
 * The survey that an input names. An execution whose input was refused has its audit under the default
 * survey.
 */
export function surveyOf(input: string | undefined): string {
  const { data } = Input.safeParse(parseInput(input));
  return data?.survey ?? defaultSurvey;
}

const Input = z.looseObject({ survey: z.string().regex(surveyPattern).optional() });

function parseInput(input: string | undefined): unknown {
  try {
    return JSON.parse(input ?? "{}");
  } catch {
    return undefined;
  }
}
