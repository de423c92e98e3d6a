import { defaultSurvey, surveyPattern } from "@data-quest/core/constants";
import * as z from "zod";

/** The survey in an execution's input, or the default survey if the input has no valid one. */
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
