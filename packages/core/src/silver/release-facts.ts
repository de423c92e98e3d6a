/**
 * The metadata of releases.parquet that readers such as the Explore page need, and the columns of a
 * release's differences. This module runs in browsers, too.
 */
import * as z from "zod/mini";
import { surveysPrefix } from "../constants.ts";

/** The key of the facts in the file's metadata. */
export const RELEASES_KEY = "data-quest.releases";

/** The folder in Silver with the releases of a data file. `path` is the file's path in the survey's folder. */
export function releasesFolder(survey: string, path: string): string {
  return `${surveysPrefix}${survey}/releases/data_file=${path}/`;
}

/** The name of the file that lists the releases, in the folder from releasesFolder(). */
export const RELEASES_FILE = "releases.parquet";

const Release = z.looseObject({
  id: z.string(),
  storedAt: z.string(),
  sourceModified: z.nullable(z.string()),
  comparison: z.looseObject({
    outcome: z.enum(["first", "pending", "not compared", "compared"]),
    /** Why the data file changed. */
    causes: z.optional(z.array(z.looseObject({ cause: z.string() }))),
    /** The key of the differences, if the release was compared and there are any. */
    differences: z.optional(z.nullable(z.string())),
  }),
});

/** The releases of a data file, newest first. */
export const ReleaseFacts = z.looseObject({
  version: z.literal(1),
  releases: z.array(Release),
});
export type ReleaseFacts = z.infer<typeof ReleaseFacts>;

/** How an observation differs from the previous release. */
export const DifferenceRow = z.object({
  series_id: z.string(),
  year: z.number(),
  period: z.string(),
  kind: z.enum(["changed", "added", "dropped", "footnotes"]),
  /** The values in the previous release and in this one, as exact decimals. Null if there is no such value. */
  before: z.nullable(z.string()),
  after: z.nullable(z.string()),
  footnotes_before: z.nullable(z.string()),
  footnotes_after: z.nullable(z.string()),
});
export type DifferenceRow = z.infer<typeof DifferenceRow>;
