/** A fourth question, which only a test registers: the largest yearly sum of any series. */
import { defineQuestion } from "@data-quest/core/questions/question";
import * as z from "zod";

export const LargestSum = z
  .strictObject({ seriesId: z.string(), value: z.string(), above: z.number() })
  .nullable();
export type LargestSum = z.infer<typeof LargestSum>;

export const largestSum = defineQuestion({
  key: "largestSum",
  settings: { above: z.number() },
  complete: ({ above = 0 }) => ({ above }),
  answer: LargestSum,
  short: z.strictObject({ seriesId: z.string() }).nullable(),
  shorten: (answer) => answer && { seriesId: answer.seriesId },
  files: ["largest-sum.csv"],
  figures: (answer) =>
    answer === null ? [] : [{ label: "Largest sum of a year", value: answer.value, from: ["data"] }],
  terminal: (short) => ({ title: "Largest sum", lines: [short === null ? "none" : `by ${short.seriesId}`] }),
});
