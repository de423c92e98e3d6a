/** Best years of a data file on disk. */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { createAggregator } from "./aggregator.ts";
import { type BestYears, type BestYearsOptions, bestYears } from "./best-years.ts";
import { createLineFeed } from "./lines.ts";

/** Large enough that a read's fixed cost does not count, small enough to stay in the processor's cache. */
const READ_BYTES = 256 * 1024;

/**
 * `bestYears` of the file at `path`. A regular file is read synchronously into one buffer, which is twice as fast as a
 * stream of chunks; anything else (a pipe, a device) is streamed. Throws as `bestYears` does, and Node's own error
 * (ENOENT, EISDIR, EACCES) where the file cannot be read.
 */
export async function bestYearsOfFile(path: string, options: BestYearsOptions): Promise<BestYears> {
  const fd = openSync(path, "r");
  if (!fstatSync(fd).isFile() && !fstatSync(fd).isDirectory()) {
    return bestYears(createReadStream(path, { fd }), options);
  }
  try {
    const aggregator = createAggregator(options);
    const feed = createLineFeed(options.file, aggregator.takeLines);
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    for (;;) {
      const length = readSync(fd, buffer, 0, READ_BYTES, null);
      if (length === 0) break;
      feed.push(length === READ_BYTES ? buffer : buffer.subarray(0, length));
    }
    feed.end();
    return aggregator.finish();
  } finally {
    closeSync(fd);
  }
}
