/** Computes the best years of a data file on disk. */
import { closeSync, createReadStream, fstatSync, openSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { createAggregator } from "./aggregator.ts";
import { type BestYears, type BestYearsOptions, bestYears, toBestYears } from "./best-years.ts";
import { bestYearsInFile } from "./ledger.ts";
import { createLineFeed } from "./lines.ts";
import { addUpSegment, cutIntoSegments, readInto, type SegmentSums, type SegmentTask } from "./segments.ts";

/** Above this size, a second thread saves more time than it takes to start. */
const WORTH_A_THREAD = 200e6;
/** Each additional thread takes about 20 MB of memory. */
const MOST_THREADS = 2;

export type ReadFileOptions = Omit<BestYearsOptions, "select"> & {
  /** How many threads may aggregate segments of the file. The default depends on the file's size. */
  threads?: number;
};

/**
 * Returns `bestYears` of the file at `path`. A regular file is read synchronously into one buffer, which is
 * twice as fast as a stream of chunks. A large one is read by several threads. Anything else (a pipe, a
 * device) is streamed. Throws whatever `bestYears` throws, and Node's own error (ENOENT, EISDIR, EACCES) if
 * the file cannot be read.
 */
export async function bestYearsOfFile(path: string, options: ReadFileOptions): Promise<BestYears> {
  const fd = openSync(path, "r");
  const stats = fstatSync(fd);
  if (!stats.isFile() && !stats.isDirectory()) return bestYears(createReadStream(path, { fd }), options);
  try {
    const { size } = stats;
    const paying = Math.min(availableParallelism(), MOST_THREADS, Math.floor((2 * size) / WORTH_A_THREAD));
    const threads = options.threads ?? paying;
    return (
      (threads > 1 ? await readByThreads(fd, size, threads, options) : undefined) ?? readAlone(fd, options)
    );
  } finally {
    closeSync(fd);
  }
}

function readAlone(fd: number, options: ReadFileOptions): BestYears {
  const aggregator = createAggregator(options);
  const feed = createLineFeed(options.file, aggregator.takeLines);
  readInto(fd, 0, Number.POSITIVE_INFINITY, feed.push);
  feed.end();
  return toBestYears(aggregator.finish());
}

/**
 * Returns undefined if the file is not sorted by series or cannot be read. Only a single reader can handle
 * series that reappear and report the number of a faulty line.
 */
async function readByThreads(
  fd: number,
  size: number,
  threads: number,
  { file, includeAverages }: ReadFileOptions,
): Promise<BestYears | undefined> {
  const options = { file, includeAverages };
  const cut = cutIntoSegments(fd, size, threads);
  const [first, ...others] = cut?.segments ?? [];
  if (cut === undefined || first === undefined || others.length === 0) return undefined;
  const running = others.map((segment) => runWorker({ fd, header: cut.header, segment, options }));
  const sums = [
    addUpSegment({ fd, header: cut.header, segment: first, options }),
    ...(await Promise.all(running)),
  ];

  const ledgers = sums.flatMap((part) => (part === undefined ? [] : [part.ledger]));
  const close = () => {
    for (const ledger of ledgers.splice(0)) closeSync(ledger.fd);
  };
  const inOrder = ledgers.every(
    ({ firstId }, index) => index === 0 || (ledgers[index - 1]?.lastId ?? "") < firstId,
  );
  if (!inOrder || ledgers.length < sums.length) {
    close();
    return undefined;
  }
  function* all() {
    for (const ledger of ledgers) yield* bestYearsInFile(ledger);
  }
  return {
    rows: sums.reduce((rows, part) => rows + (part?.rows ?? 0), 0),
    selected: new Map(),
    series: { [Symbol.iterator]: all },
    [Symbol.dispose]: close,
  };
}

function runWorker(workerData: SegmentTask): Promise<SegmentSums | undefined> {
  return new Promise((resolve, reject) => {
    // The ledger file that the thread opens must stay open after the thread ends.
    const options = { workerData, trackUnmanagedFds: false, resourceLimits: { maxYoungGenerationSizeMb: 4 } };
    new Worker(new URL("segment-worker.js", import.meta.url), options)
      .once("message", resolve)
      .once("error", reject);
  });
}
