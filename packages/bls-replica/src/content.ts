/** The content of a URL: a file on disk, text in memory, or bytes generated while they are read. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** One version of a file: its size, its time, and its bytes on demand, never all of them at once. */
export type Content = {
  size: number;
  modified: Date;
  /** The bytes from `start` up to `end`, exclusive. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  /** Releases what is open. Call it exactly once. */
  close(): Promise<void>;
};

const CHUNK = 256 * 1024;

/**
 * Opens the site's file at `path`, which must be the file itself: a symbolic link that was just put in its
 * place is an error (ELOOP), and a pipe does not block. Throws whatever node:fs throws.
 */
export async function openSiteFile(path: string): Promise<Content> {
  return openFile(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/**
 * Opens the file at `path`. Size, time, and bytes come from one file handle, so a file that is replaced in
 * the meantime (by a rename) is still served as the version that was opened. Throws whatever node:fs throws.
 */
export async function openFile(path: string, flags: number = constants.O_RDONLY): Promise<Content> {
  const handle = await open(path, flags);
  const { size, mtime } = await handle.stat();
  return {
    size,
    modified: mtime,
    async *read(start, end) {
      if (end > start)
        yield* handle.createReadStream({ start, end: end - 1, highWaterMark: CHUNK, autoClose: false });
    },
    close: () => handle.close(),
  };
}

/** Text or bytes in memory: listing pages, and a population given as text. */
export function heldContent(body: string | Uint8Array, modified: Date): Content {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return {
    size: bytes.length,
    modified,
    async *read(start, end) {
      if (end > start) yield bytes.subarray(start, end);
    },
    close: async () => undefined,
  };
}

/**
 * A file that takes no disk space: `path` is relative to the served folder (`pr/pr.data.9.Big`), `size` is in
 * bytes.
 */
export type VirtualFile = { path: string; size: number; modified: Date; seed?: number };

const HEADER = "series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n";

/**
 * The body of a virtual file: a BLS data file's header line, then the same block of observations, repeated.
 * A remainder that is shorter than a line is filled with spaces and a line end. A different seed yields
 * different bytes of the same size.
 */
export function virtualContent({ size, modified, seed = 0 }: VirtualFile): Content {
  const head = Buffer.from(HEADER);
  const whole = head.length + Math.max(0, Math.floor((size - head.length) / LINE_LENGTH)) * LINE_LENGTH;
  const left = Math.max(0, size - whole);
  const tail = Buffer.from("\r\n".padStart(left).slice(2 - Math.min(left, 2)));

  return {
    size,
    modified,
    async *read(start, end) {
      const block = observations(seed, size);
      for (let position = start; position < end; ) {
        let piece: Uint8Array;
        if (position < head.length) piece = head.subarray(position);
        else if (position >= whole) piece = tail.subarray(position - whole);
        else piece = block.subarray((position - head.length) % block.length).subarray(0, whole - position);
        piece = piece.subarray(0, end - position);
        yield piece;
        position += piece.length;
      }
    },
    close: async () => undefined,
  };
}

const LINE_LENGTH = 42;

/** Observation lines of LINE_LENGTH bytes each: a few hundred KiB for a large file, less for a small one. */
function observations(seed: number, size: number): Buffer {
  const lines = Array.from({ length: 240 }, (_, line) => {
    const value = (((line * 7919 + seed * 104_729) % 20_000) / 10).toFixed(1);
    return `PRS30006011      \t${1965 + Math.floor(line / 4)}\tQ0${(line % 4) + 1}\t${value.padStart(12)}\t\r\n`;
  });
  const text = lines.join("");
  return Buffer.from(text.repeat(Math.max(1, Math.min(32, Math.floor(size / text.length)))));
}
