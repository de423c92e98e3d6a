import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const LambdaStep = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("echo") }),
  z.object({ kind: z.literal("return"), value: z.json() }),
  z.object({ kind: z.literal("raise"), errorType: z.string(), errorMessage: z.string() }),
]);
export type LambdaStep = z.infer<typeof LambdaStep>;

const Lambda = z.discriminatedUnion("kind", [
  ...LambdaStep.options,
  z.object({ kind: z.literal("sequence"), steps: z.array(LambdaStep) }),
]);
export type Lambda = z.infer<typeof Lambda>;

const RecordedEvent = z
  .object({ id: z.int().nullable(), previousEventId: z.int().nullable().optional(), type: z.string() })
  .catchall(z.json());
export type RecordedEvent = z.infer<typeof RecordedEvent>;

/** A recorded execution: what ran, and what AWS gave back. The README of the recordings describes the format. */
const ConformanceCase = z.object({
  name: z.string(),
  definition: z.record(z.string(), z.json()),
  input: z.json(),
  lambdas: z.record(z.string(), Lambda).default({}),
  placeholders: z.array(z.tuple([z.string(), z.string()])).default([]),
  jsonpathStates: z.array(z.string()).default([]),
  historyMissing: z.array(z.object({ id: z.int(), inferredType: z.string() })).default([]),
  expected: z.object({
    status: z.string(),
    output: z.json().optional(),
    error: z.string().nullish(),
    cause: z.json().optional(),
    history: z.array(RecordedEvent),
  }),
});
export type ConformanceCase = z.infer<typeof ConformanceCase>;

/** The names of the case files in a folder, in order. */
export function caseFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort();
}

/** Reads one case. Throws where the file is not of the format, and says which file. */
export function readCase(folder: string, file: string): ConformanceCase {
  const result = ConformanceCase.safeParse(JSON.parse(readFileSync(join(folder, file), "utf8")));
  if (result.success) return result.data;
  throw new Error(`${join(folder, file)} is no conformance case: ${z.prettifyError(result.error)}`);
}
