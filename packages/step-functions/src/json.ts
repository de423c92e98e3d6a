import type * as z from "zod";

/** Any JSON value: what states take as input, return as output, and store in variables. */
export type Json = z.core.util.JSONType;
export type JsonObject = { [key: string]: Json };

/** The name of a value's type in the service's messages. */
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

/** Whether a value of unknown origin is an object, but not an array or null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How deeply arrays and objects are nested in JSON text. Stops reading once the depth exceeds `most`. */
export function jsonDepth(text: string, most: number): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length && deepest <= most; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // A string: skip to its closing quote.
        for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++)
          if (text.charCodeAt(at) === 0x5c) at++;
        break;
      case 0x5b:
      case 0x7b:
        deepest = Math.max(deepest, ++depth);
        break;
      case 0x5d:
      case 0x7d:
        depth--;
    }
  }
  return deepest;
}
