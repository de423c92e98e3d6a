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
 * Adds what Step Functions adds to JSONata: $partition, $range, $hash, $random with a seed, $uuid and $parse
 * (docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
 */
export function addStepFunctionsDialect(expression: jsonata.Expression): void {
  expression.registerFunction("partition", partition, "<an:a>");
  expression.registerFunction("range", range, "<nnn:x>");
  expression.registerFunction("hash", hash, "<ss:s>");
  expression.registerFunction("random", random, "<n?:n>");
  expression.registerFunction("uuid", () => randomUUID(), "<:s>");
  expression.registerFunction("parse", parse, "<s:x>");
}

function partition(array: Json[] | undefined, size: number | undefined): Json[][] | undefined {
  if (array === undefined || size === undefined) return undefined;
  const step = Math.trunc(size);
  if (step < 1) throw new Error("The second argument of function $partition must be a positive integer");
  const parts: Json[][] = [];
  for (let start = 0; start < array.length; start += step) parts.push(array.slice(start, start + step));
  return parts;
}

/**
 * Non-integers are truncated, as by the service: $range(-1.7, 2, 1) is [-1, 0, 1, 2]. The end belongs to the range.
 * Like any JSONata sequence, a single number is returned by itself, and no number as nothing.
 */
function range(
  from: number | undefined,
  to: number | undefined,
  by: number | undefined,
): number[] | number | undefined {
  if (from === undefined || to === undefined || by === undefined) return undefined;
  const first = truncate(from);
  const last = truncate(to);
  const step = truncate(by);
  if (step === 0) throw new Error("The third argument of function $range must not be zero");
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > MOST_NUMBERS)
    throw new Error("Expression evaluation memory limit exceeded: Check for excessive memory usage");
  const numbers = Array.from({ length }, (_, index) => first + index * step);
  return numbers.length > 1 ? numbers : numbers[0];
}

/** The integer part; -0 is 0. */
function truncate(number: number): number {
  return Math.trunc(number) + 0;
}

/** The longest sequence within the service's memory limit, measured there with [1..n]. */
export const MOST_NUMBERS = 873_782;

function hash(text: string | undefined, algorithm: string | undefined): string | undefined {
  if (text === undefined || algorithm === undefined) return undefined;
  const known = HASHES.get(algorithm);
  if (known === undefined) {
    throw new Error(
      `The algorithm '${algorithm}' of function $hash is not one of ${[...HASHES.keys()].join(", ")}`,
    );
  }
  return createHash(known).update(text, "utf8").digest("hex");
}

/** With a seed the first number of java.util.Random, which the service uses: $random(42) is 0.7275636800328681 there too. */
function random(seed: number | undefined): number {
  if (seed === undefined) return Math.random();
  const mask = (1n << 48n) - 1n;
  let state = (BigInt(Math.trunc(seed)) ^ 0x5deece66dn) & mask;
  const next = (bits: bigint): bigint => {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    return state >> (48n - bits);
  };
  const high = next(26n);
  const low = next(27n);
  return Number((high << 27n) + low) / 2 ** 53;
}

function parse(text: string | undefined): Json | undefined {
  return text === undefined ? undefined : JSON.parse(text);
}
