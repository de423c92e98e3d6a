import type * as z from "zod";

/** Converts an issue of the schema to faults with locations: one fault for each invalid field. */
export function schemaFaults(issue: z.core.$ZodIssue): { message: string; path: PropertyKey[] }[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ message: `Field '${key}' is not supported`, path }));
  }
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ message, path }));
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // The field allows two types, such as a number or an expression. The message says what each type requires.
    const wants = issue.errors.flatMap((form) => form.map((inner) => inner.message));
    return [{ message: [...new Set(wants)].join("; or "), path }];
  }
  return [{ message: issue.message, path }];
}
