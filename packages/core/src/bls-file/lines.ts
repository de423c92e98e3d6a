/** Splits a stream of bytes into lines, wherever its chunks end. */
import { DataFileMalformed } from "../errors.ts";

const LF = 10;
/** No BLS line is longer than a few hundred bytes. A file without line ends must not fill the memory. */
export const LONGEST_LINE = 1 << 20;
/** If a line is too long, the error shows at most this many of its bytes. */
const SHOWN_BYTES = 80;

/**
 * Takes `bytes` from `start` up to `end`: whole lines, each with the LF at its end. Must not keep the buffer.
 * Returns how many lines it has taken since the file's start.
 */
export type TakeLines = (bytes: Buffer, start: number, end: number) => number;

export type LineFeed = {
  /** Takes the next chunk, of any length. The caller may reuse its buffer afterward. */
  push(chunk: Uint8Array): void;
  /** Passes on a last line without a line end, if there is one. */
  end(): void;
};

/**
 * A feed that passes whole lines to `takeLines`, most of them in place: only a line that spans chunks is
 * copied. `file` is the file's name in errors. Throws DataFileMalformed if a line is longer than 1 MiB.
 */
export function createLineFeed(file: string, takeLines: TakeLines): LineFeed {
  let cut = Buffer.alloc(4096);
  let held = 0;
  let lines = 0;

  function hold(bytes: Buffer): void {
    if (held + bytes.length > LONGEST_LINE) {
      const text = JSON.stringify(cut.toString("utf8", 0, Math.min(held, SHOWN_BYTES)));
      throw new DataFileMalformed(
        `${file}, line ${lines + 1}: the line is longer than 1 MiB, so this is not a BLS file; it begins with ${text}`,
      );
    }
    if (held + bytes.length > cut.length) {
      const larger = Buffer.alloc(Math.max(cut.length * 2, held + bytes.length));
      cut.copy(larger, 0, 0, held);
      cut = larger;
    }
    bytes.copy(cut, held);
    held += bytes.length;
  }

  return {
    push(chunk) {
      const bytes = Buffer.isBuffer(chunk)
        ? chunk
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let start = 0;
      if (held > 0) {
        start = bytes.indexOf(LF) + 1;
        hold(start === 0 ? bytes : bytes.subarray(0, start));
        if (start === 0) return;
        lines = takeLines(cut, 0, held);
        held = 0;
      }
      const end = bytes.lastIndexOf(LF) + 1;
      if (end > start) lines = takeLines(bytes, start, end);
      if (Math.max(start, end) < bytes.length) hold(bytes.subarray(Math.max(start, end)));
    },
    end() {
      if (held === 0) return;
      hold(Buffer.from("\n"));
      takeLines(cut, 0, held);
      held = 0;
    },
  };
}

/** The lines of a text file of any size, as strings without line ends, a few thousand at a time. */
export async function* textLines(file: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  let lines: string[] = [];
  let count = 0;
  const feed = createLineFeed(file, (bytes, start, end) => {
    const taken = linesOf(bytes.subarray(start, end - 1));
    lines = lines.concat(taken);
    count += taken.length;
    return count;
  });
  function* taken(): Generator<string[]> {
    const batch = lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
    lines = [];
    if (batch.length > 0) yield batch;
  }
  for await (const chunk of chunks) {
    feed.push(chunk);
    yield* taken();
  }
  feed.end();
  yield* taken();
}

/** Each line may or may not be UTF-8. If all of them are, checking them together is faster. */
function linesOf(bytes: Uint8Array): string[] {
  const text = decodeUtf8(bytes);
  if (text !== undefined) return text.split("\n");
  return Buffer.from(bytes)
    .toString("latin1")
    .split("\n")
    .map((line) => decodeText(Buffer.from(line, "latin1")));
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const windows1252 = new TextDecoder("windows-1252");

/** Decodes bytes as UTF-8 or, if they are not valid UTF-8, as Windows-1252, which older BLS files use. */
export function decodeText(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? windows1252.decode(bytes);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
