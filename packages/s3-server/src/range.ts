import { matches } from "./conditions.ts";
import { S3Error } from "./errors.ts";
import { header, type S3Request } from "./request.ts";
import type { ObjectVersion } from "./store/records.ts";

/** The bytes from `start` to `end` (exclusive). */
export type ByteRange = { start: number; end: number };

/**
 * The range of bytes that a request's Range header specifies. Null, for the whole object, if there is no
 * header, if the header is not a single range of bytes (S3 supports nothing else), or if If-Range says that
 * the object has changed. Throws S3Error InvalidRange for a range beyond the object's end.
 */
export function readRange(request: S3Request, object: ObjectVersion): ByteRange | null {
  const text = header(request, "range");
  if (text === undefined || !ifRangeHolds(request, object)) return null;
  const range = parseRange(text, object.size);
  if (range !== "unsatisfiable") return range;
  throw new S3Error("InvalidRange", {
    details: { RangeRequested: text, ActualObjectSize: object.size },
    headers: { "content-range": `bytes */${object.size}` },
  });
}

function ifRangeHolds(request: S3Request, object: ObjectVersion): boolean {
  const condition = header(request, "if-range");
  if (condition === undefined || matches(condition, object.etag)) return true;
  return Date.parse(condition) >= Math.floor(Date.parse(object.modified) / 1000) * 1000;
}

/**
 * Reads `bytes=first-last`, `bytes=first-`, or `bytes=-suffix` for an object of `size` bytes. Null for
 * anything else.
 */
export function parseRange(text: string, size: number): ByteRange | "unsatisfiable" | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text.trim());
  if (match === null) return null;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return null;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size };
  }
  if (last !== "" && Number(last) < Number(first)) return null;
  if (Number(first) >= size) return "unsatisfiable";
  return { start: Number(first), end: last === "" ? size : Math.min(Number(last) + 1, size) };
}
