import * as z from "zod";
import { isRecord } from "../json.ts";
import { schemaFaults } from "./schema-faults.ts";

/** An object with arbitrary keys, including `__proto__`, which zod's records drop. */
export function named<Value>(
  names: z.ZodType<string>,
  values: z.ZodType<Value>,
): z.ZodType<Record<string, Value>> {
  return z.unknown().transform((value, context) => {
    if (!isRecord(value)) {
      context.addIssue({ code: "custom", message: "must be an object" });
      return z.NEVER;
    }
    const read: [string, Value][] = [];
    for (const [name, member] of Object.entries(value)) {
      const key = names.safeParse(name);
      const result = values.safeParse(member);
      if (result.success) read.push([name, result.data]);
      for (const issue of [...(key.error?.issues ?? []), ...(result.error?.issues ?? [])]) {
        for (const { message, path } of schemaFaults(issue))
          context.addIssue({ code: "custom", message, path: [name, ...path] });
      }
    }
    return Object.fromEntries(read);
  });
}
