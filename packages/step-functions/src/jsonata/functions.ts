import { createHash, randomUUID } from "node:crypto";
import type jsonata from "jsonata";
import type { Json } from "../json.ts";

const HASHES = new Map([
  ["MD5", "md5"],
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

/**
 * Adds Step Functions' own functions to JSONata: $partition, $range, $hash, $random with a seed, $uuid, and
 * $parse (docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html). Tests on the
 * service showed which arguments return nothing and which are errors: github.com/floci-io/floci/pull/2676.
 */
export function addStepFunctionsDialect(expression: jsonata.Expression): void {
  expression.registerFunction("partition", partition, "<x?x?:x>");
  expression.registerFunction("range", range, "<x?x?x?:x>");
  expression.registerFunction("hash", hash, "<x?x?:x>");
  expression.registerFunction("random", random, "<x?:n>");
  expression.registerFunction("uuid", () => randomUUID(), "<:s>");
  expression.registerFunction("parse", parse, "<x?:x>");
}

/** An error with a JSONata code. JSONata builds the messages of T0410 and T0412 itself. */
function fault(code: "T0410" | "T0412" | "D3137", details: { index: number } | { message: string }): Error {
  return Object.assign(new Error(code), { code, ...details });
}

/** The integer part of an argument that must be a number. */
function integer(value: unknown, index: number): number {
  if (typeof value === "number") return truncate(value);
  throw fault("T0410", { index });
}

/** Without a size, the whole array is one part. If there are no parts, nothing is returned. */
function partition(array: unknown, size: unknown): unknown[][] | undefined {
  if (array === undefined) return undefined;
  if (!Array.isArray(array)) throw fault("T0412", { index: 1 });
  if (array.length === 0) return undefined;
  if (size === undefined) return [array];
  const step = integer(size, 2);
  if (step < 0) throw fault("D3137", { message: "Second argument must be zero or greater" });
  if (step === 0) return undefined;
  const parts: unknown[][] = [];
  for (let start = 0; start < array.length; start += step) parts.push(array.slice(start, start + step));
  return parts;
}

/**
 * Non-integers are truncated, as on the service: $range(-1.7, 2, 1) is [-1, 0, 1, 2]. The end is included.
 * As with any JSONata sequence, a single number is returned by itself, and nothing is returned for an empty
 * sequence. A missing step and a step of 0 also return nothing.
 */
function range(from: unknown, to: unknown, by: unknown): number[] | number | undefined {
  const first = integer(from, 1);
  const last = integer(to, 2);
  const step = by === undefined ? 0 : integer(by, 3);
  if (step === 0) return undefined;
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > MOST_NUMBERS)
    throw new Error("Expression evaluation memory limit exceeded: Check for excessive memory usage");
  const numbers = Array.from({ length }, (_, index) => first + index * step);
  return numbers.length > 1 ? numbers : numbers[0];
}

/** The integer part. -0 becomes 0. */
function truncate(number: number): number {
  return Math.trunc(number) + 0;
}

/** The longest sequence within the service's memory limit, measured with [1..n]. */
export const MOST_NUMBERS = 873_782;

function hash(text: unknown, algorithm: unknown): string | undefined {
  if (typeof text !== "string") throw fault("T0410", { index: 1 });
  if (algorithm === undefined) return undefined;
  if (typeof algorithm !== "string") throw fault("T0410", { index: 2 });
  const known = HASHES.get(algorithm);
  if (known === undefined) {
    const message = `Hash algorithm '${algorithm}' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5`;
    throw fault("D3137", { message });
  }
  return createHash(known).update(text, "utf8").digest("hex");
}

/**
 * With a seed, returns the first number of java.util.Random, as the service does. For example, $random(42) is
 * 0.7275636800328681 here and on the service.
 */
function random(seed: unknown): number {
  if (seed === undefined) return Math.random();
  const mask = (1n << 48n) - 1n;
  let state = (long(integer(seed, 1)) ^ 0x5deece66dn) & mask;
  const next = (bits: bigint): bigint => {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    return state >> (48n - bits);
  };
  const high = next(26n);
  const low = next(27n);
  return Number((high << 27n) + low) / 2 ** 53;
}

/** Java's conversion of a double to a long: a value out of range becomes the nearest long. */
function long(number: number): bigint {
  const most = (1n << 63n) - 1n;
  const value = BigInt(number);
  return value > most ? most : value < -most - 1n ? -most - 1n : value;
}

function parse(text: unknown): Json | undefined {
  if (text === undefined) return undefined;
  if (typeof text !== "string") throw fault("T0410", { index: 1 });
  try {
    const value: Json = JSON.parse(text);
    if (isStrict(text)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw fault("D3137", { message: "Invalid JSON" });
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}:]|-?\d[\d.eE+-]*/g;

/** Whether JSON text repeats no key within an object and has no number outside the range of a double. */
function isStrict(text: string): boolean {
  const objects: Set<string>[] = [];
  let before = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{") objects.push(new Set());
    else if (token === "}") objects.pop();
    else if (token === ":") {
      const key: string = JSON.parse(before);
      const keys = objects.at(-1);
      if (keys?.has(key)) return false;
      keys?.add(key);
    } else if (token[0] !== '"' && !Number.isFinite(Number(token))) return false;
    before = token;
  }
  return true;
}
