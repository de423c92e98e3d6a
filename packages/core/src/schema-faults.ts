/** Describes why a schema refused a value. */
import type * as z from "zod";

/** How many faults a message lists at most by default. A large value may have a fault in every row. */
const MOST_FAULTS = 3;

/** The faults that a schema found, on one line: the path and the message of each of the first `most` faults. */
export function schemaFaults(error: z.ZodError, most = MOST_FAULTS): string {
  const faults = error.issues
    .slice(0, most)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`));
  const more = error.issues.length - faults.length;
  return (more > 0 ? [...faults, `and ${more} more`] : faults).join("; ");
}
