import type * as z from "zod";

/** Any JSON value: what states take, give and keep in variables. */
export type Json = z.core.util.JSONType;
export type JsonObject = { [key: string]: Json };

/** The name that the service uses for a value's type in its messages. */
export type JsonTypeName = "null" | "array" | "object" | "string" | "number" | "boolean";

/** The type of a JSON value, as the service names it. */
export function jsonType(value: Json): JsonTypeName {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    default:
      return "object";
  }
}

/** Whether the value is a JSON object. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return isRecord(value);
}

/** Whether a value of unknown origin is an object with keys: no array, not null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
