/** One version of a file, read over HTTP in ranges. */
import type { AsyncBuffer } from "hyparquet";

/** The server has no such file. */
class FileMissing extends Error {
  override readonly name = "FileMissing";
}

/** The file was replaced while it was being read. */
class FileChanged extends Error {
  override readonly name = "FileChanged";
}

/** The version of a file that was current when it was opened. */
export type Ranges = AsyncBuffer & {
  /** Whether the server has a different version now. False if it does not respond. */
  isReplaced: () => Promise<boolean>;
};

/** Enough for the footer of nearly every file. */
export const TAIL_BYTES = 64 * 1024;

/**
 * Opens a file by fetching its end, where Parquet has its footer. Throws FileMissing, FileChanged if a later
 * range is from another version, and Error if the server does not respond or does not support ranges.
 */
export async function openRanges(url: string): Promise<Ranges> {
  const { bytes: tail, etag, total } = await fetchRange(url, `bytes=-${TAIL_BYTES}`);
  const tailStart = total - tail.byteLength;
  return {
    byteLength: total,
    async slice(start, end = total) {
      if (start >= tailStart) return tail.slice(start - tailStart, end - tailStart);
      const range = await fetchRange(url, `bytes=${start}-${end - 1}`);
      if (range.etag !== etag || range.bytes.byteLength !== end - start)
        throw new FileChanged(`${url} was replaced while the page read it`);
      return range.bytes;
    },
    isReplaced: () =>
      fetchRange(url, "bytes=0-0").then(
        (now) => now.etag !== etag || now.total !== total,
        () => false,
      ),
  };
}

async function fetchRange(url: string, range: string) {
  const response = await fetch(url, { headers: { range }, cache: "no-store" });
  // S3 returns 403 for a missing key to clients that may not list the bucket.
  if (response.status === 404 || response.status === 403) throw new FileMissing(`There is no ${url}`);
  const [, total] = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  if (response.status !== 206 || total === undefined)
    throw new Error(`The server returned ${response.status} for a range of ${url}`);
  return {
    bytes: await response.arrayBuffer(),
    etag: response.headers.get("etag"),
    total: Number(total),
  };
}
