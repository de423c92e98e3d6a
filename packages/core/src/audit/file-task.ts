/** Identifies the file that a workflow task syncs, from the task's parameters and not from state names. */
import * as z from "zod";
import { bronzeKey } from "../bronze/stored-file.ts";
import { populationKey } from "../population/population.ts";
import { SyncAction } from "../workflow.ts";

/** A file that a task syncs: its key in Bronze, and what the listing said about it. */
export type FileTask = { file: string; listedModified: string | null; listedBytes: number | null };

const Item = z.looseObject({
  path: z.string(),
  modified: z.string().nullable().catch(null),
  size: z.number().nullable().catch(null),
});

const Parameters = z.looseObject({
  FunctionName: z.string().catch(""),
  Payload: z
    .looseObject({ item: Item.optional(), settings: z.looseObject({ survey: z.string() }).optional() })
    .catch({}),
});

/**
 * The file that a task syncs. `parameters` is JSON text, as in TaskScheduled. Undefined if the task does not
 * sync a file, or if the parameters do not show which one.
 */
export function fileTask(parameters: string | undefined): FileTask | undefined {
  const { data } = Parameters.safeParse(parseJson(parameters));
  if (data === undefined) return undefined;
  const { item, settings } = data.Payload;
  if (item !== undefined && settings !== undefined) return listedFile(settings.survey, item);
  // The name of a deployed function contains its name from infra/functions.ts.
  if (data.FunctionName.includes("FetchPopulation"))
    return { file: populationKey, listedModified: null, listedBytes: null };
  return undefined;
}

function listedFile(survey: string, { path, modified, size }: z.infer<typeof Item>): FileTask {
  return { file: bronzeKey(survey, path), listedModified: modified, listedBytes: size };
}

const Listing = z.looseObject({
  settings: z.looseObject({ survey: z.string() }),
  items: z.array(Item.nullable().catch(null)),
});

/** The files of a listing, from the output of the state that made it. Undefined for any other output. */
export function listedFiles(output: string | undefined): FileTask[] | undefined {
  // Most outputs are not listings: do not parse them.
  if (output === undefined || !output.includes('"items"')) return undefined;
  const { data } = Listing.safeParse(parseJson(output));
  return data?.items.filter((item) => item !== null).map((item) => listedFile(data.settings.survey, item));
}

/** What a task did with its file. */
const FileResult = z.looseObject({
  key: z.string(),
  action: SyncAction,
  reason: z.string().catch(""),
  bytes: z.number().nullable().catch(null),
  sha256: z.string().nullable().catch(null),
  versionId: z.string().nullable().catch(null),
  sourceModified: z.string().nullable().catch(null),
});
export type FileResult = z.infer<typeof FileResult>;

/** What a task did with its file, from the task's output. Undefined for any other output. */
export function fileResult(output: string | undefined): FileResult | undefined {
  return FileResult.safeParse(parseJson(output)).data;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    // A missing or truncated payload says nothing.
    return undefined;
  }
}
