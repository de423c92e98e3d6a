import * as z from "zod";
import { ApiException } from "../exceptions.ts";
import type { Service } from "../service.ts";

/** One operation of the API, from the input of the request to the output of the response. Throws ApiException. */
export type Operation = (service: Service, input: unknown) => Promise<object>;

/** An operation whose input is validated first. Throws a ValidationException if the schema rejects it. */
export function operation<Input>(
  schema: z.ZodType<Input>,
  run: (service: Service, input: Input) => object | Promise<object>,
): Operation {
  return async (service, input) => {
    const result = schema.safeParse(input);
    if (result.success) return run(service, result.data);
    const faults = result.error.issues.map(
      ({ path, message }) => `Value at '${path.join(".")}' failed to satisfy constraint: ${message}`,
    );
    const count = faults.length === 1 ? "1 validation error" : `${faults.length} validation errors`;
    throw new ApiException("ValidationException", `${count} detected: ${faults.join("; ")}`);
  };
}

export const Arn = z.string().min(1, "Member must not be empty").max(256);
/** 0 means the default, as on AWS. */
export const MaxResults = z.int().min(0).max(1000).optional();
/**
 * The API's limit for ListExecutions. Here, it applies to all operations, because a token contains a name, and a
 * name of 80 characters can take up to 240 bytes.
 */
export const NextToken = z.string().min(1).max(3096).optional();

/** METADATA_ONLY leaves out what a customer managed key could encrypt. */
export const IncludedData = z.enum(["ALL_DATA", "METADATA_ONLY"]).default("ALL_DATA");

/** Converts milliseconds to the API's date format: seconds since 1970, with milliseconds. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
