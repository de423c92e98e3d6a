/** Schemas that the answers to several questions share. */
import * as z from "zod";

/** An exact decimal. */
export const Value = z.string().regex(/^-?\d+(\.\d+)?$/);

export const Names = z
  .record(z.string(), z.string())
  .describe("The series' names, from the survey's mapping files");
