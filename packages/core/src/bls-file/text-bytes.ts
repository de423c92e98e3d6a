/** Converts the text of BLS files to UTF-8. */
import { decodeText } from "./lines.ts";

/** Bytes of a file as UTF-8: converted only if they are Windows-1252. */
export function utf8Bytes(bytes: Buffer): Buffer {
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at] ?? 0) > 127) return Buffer.from(decodeText(bytes));
  }
  return bytes;
}

/**
 * Compares two byte ranges like memcmp: the result is negative if the first range sorts before the other. The
 * ranges are too short for a native call to pay off.
 */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  for (let at = 0; at < length; at++) {
    const difference = (a[aStart + at] ?? 0) - (b[bStart + at] ?? 0);
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}
