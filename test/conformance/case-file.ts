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

const Definition = z.record(z.string(), z.json());
const common = {
  name: z.string(),
  input: z.json(),
  lambdas: z.record(z.string(), Lambda).default({}),
};

/**
 * A recorded execution: what ran, and what AWS returned. The README of the recordings describes the format.
 */
const Recording = z.object({
  ...common,
  definition: Definition,
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
export type ConformanceCase = z.infer<typeof Recording>;

/**
 * What is known about the service without a recording: the exception that CreateStateMachine throws, or how
 * the execution ends. If the definition is JSON text, so is the output, because JSON text can express more than
 * a parsed value.
 */
const KnownCase = z.object({
  ...common,
  authority: z.string(),
  definition: z.union([z.string(), Definition]),
  expected: z.union([
    z.strictObject({ create: z.string() }),
    z.strictObject({ status: z.string(), output: z.json().optional(), error: z.string().optional() }),
  ]),
});
export type KnownCase = z.infer<typeof KnownCase>;

/** The names of the case files in a folder, in order. */
export function caseFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort();
}

/** Reads one case, recorded or not. If the file matches neither format, throws an Error with its path. */
export function readAnyCase(folder: string, file: string): ConformanceCase | KnownCase {
  const value: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const isRecording = Recording.pick({ expected: true }).safeParse(value).success;
  return isRecording ? parse(Recording, value, folder, file) : parse(KnownCase, value, folder, file);
}

/** Reads one recording. If the file does not match the format, throws an Error with its path. */
export function readCase(folder: string, file: string): ConformanceCase {
  return parse(Recording, JSON.parse(readFileSync(join(folder, file), "utf8")), folder, file);
}

function parse<T>(schema: z.ZodType<T>, value: unknown, folder: string, file: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${join(folder, file)} is not a conformance case: ${z.prettifyError(result.error)}`);
}
