/** The text of BLS's files as bytes of UTF-8. */
import { decodeText } from "./lines.ts";

/** Bytes of a file as UTF-8: themselves, unless they are Windows-1252. */
export function utf8Bytes(bytes: Buffer): Buffer {
  for (const byte of bytes) if (byte > 127) return Buffer.from(decodeText(bytes));
  return bytes;
}

/**
 * Compares two pieces of bytes, as memcmp does: negative where the first one sorts before the other. Pieces are too short for
 * a native call to pay.
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
