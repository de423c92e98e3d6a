/** A growing byte buffer. */

export type ByteSink = {
  /** The first `length` bytes are in use. The buffer is replaced when it grows. */
  bytes: Buffer;
  length: number;
};

/** An empty sink with room for `capacity` bytes. */
export function createByteSink(capacity = 1024): ByteSink {
  return { bytes: Buffer.allocUnsafeSlow(capacity), length: 0 };
}

/** Makes room for `more` bytes at the end, and returns the buffer to write them to. */
export function reserve(sink: ByteSink, more: number): Buffer {
  const needed = sink.length + more;
  if (needed > sink.bytes.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * sink.bytes.length));
    sink.bytes.copy(larger, 0, 0, sink.length);
    sink.bytes = larger;
  }
  return sink.bytes;
}

/** Adds `from[start..end)`. */
export function append(sink: ByteSink, from: Uint8Array, start = 0, end = from.length): void {
  const to = reserve(sink, end - start);
  let at = sink.length;
  if (end - start > 64) {
    to.set(from.subarray(start, end), at);
    at += end - start;
  } else {
    for (let next = start; next < end; next++) to[at++] = from[next] ?? 0;
  }
  sink.length = at;
}

/** Adds one byte. */
export function appendByte(sink: ByteSink, byte: number): void {
  reserve(sink, 1)[sink.length++] = byte;
}

/** Adds a string as UTF-8. */
export function appendText(sink: ByteSink, text: string): void {
  // A UTF-16 code unit takes at most three bytes in UTF-8 (a surrogate pair takes four).
  const to = reserve(sink, 3 * text.length);
  sink.length += writeText(to, sink.length, text);
}

/** Up to this length, a loop is faster than a native call. */
const SHORT = 48;

/** Writes a string as UTF-8 to `bytes`, which must have room for it, and returns how many bytes it took. */
export function writeText(bytes: Buffer, start: number, text: string): number {
  const { length } = text;
  if (length > SHORT) return bytes.write(text, start);
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) return bytes.write(text, start);
    bytes[start + at] = code;
  }
  return length;
}
