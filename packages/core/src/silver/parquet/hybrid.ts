/**
 * Parquet's hybrid of run lengths and bit packing
 * (https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE): runs of eight or more equal numbers are
 * stored once with their length, and all other numbers are packed in groups of eight.
 */

/** How many groups of packed numbers a header of a single byte can cover. */
const MOST_GROUPS = 63;
const packed = new Int32Array(8 * MOST_GROUPS);

/** An upper bound for the encoded size of `rows` numbers, in bytes. */
export function hybridCapacity(rows: number): number {
  return 5 * rows + 64;
}

/** The number of bits that a number from 0 to `largest` needs. */
export function bitWidth(largest: number): number {
  return 32 - Math.clz32(largest);
}

/**
 * Writes the first `length` of `values`, each as many times as `counts` says, with `width` bits (at most 24),
 * and returns the offset after them. `out` must have hybridCapacity() bytes from `start` on.
 */
export function writeHybrid(
  out: Uint8Array,
  start: number,
  width: number,
  values: Int32Array,
  counts: Int32Array,
  length: number,
): number {
  const valueBytes = (width + 7) >> 3;
  let at = start;
  let pending = 0;
  for (let index = 0; index < length; ) {
    const value = values[index] ?? 0;
    let count = counts[index] ?? 0;
    index++;
    while (index < length && values[index] === value) count += counts[index++] ?? 0;
    // A packed group must be filled before a run may follow.
    const missing = (8 - (pending & 7)) & 7;
    const run = count - missing >= 8;
    for (let left = run ? missing : count; left > 0; left--) {
      packed[pending++] = value;
      if (pending < packed.length) continue;
      at = writePacked(out, at, width, pending);
      pending = 0;
    }
    if (!run) continue;
    if (pending > 0) at = writePacked(out, at, width, pending);
    pending = 0;
    let header = 2 * (count - missing);
    for (; header > 127; header >>>= 7) out[at++] = (header & 127) | 128;
    out[at++] = header;
    for (let byte = 0; byte < valueBytes; byte++) out[at++] = value >>> (8 * byte);
  }
  return pending > 0 ? writePacked(out, at, width, pending) : at;
}

/** Writes the first `count` numbers of `packed`. The last group is filled with zeros, which readers ignore. */
function writePacked(out: Uint8Array, start: number, width: number, count: number): number {
  const groups = (count + 7) >> 3;
  packed.fill(0, count, 8 * groups);
  let at = start;
  out[at++] = 2 * groups + 1;
  let bits = 0;
  let held = 0;
  for (let index = 0; index < 8 * groups; index++) {
    held |= (packed[index] ?? 0) << bits;
    bits += width;
    for (; bits >= 8; bits -= 8) {
      out[at++] = held;
      held >>>= 8;
    }
  }
  return at;
}
