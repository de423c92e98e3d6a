/** The blocks of a data file in the order of their series' ids. */
import { type ReadableFile, type SeriesBlock, seriesBlocks } from "./series-blocks.ts";
import { utf8Bytes } from "./text-bytes.ts";

/** The series of a file do not come in the order of their ids. */
export class SeriesOutOfOrder extends Error {
  override readonly name = "SeriesOutOfOrder";
}

/** The blocks as they come. Throws SeriesOutOfOrder at the first that does not sort behind the one before. */
export async function* ascending(blocks: AsyncIterable<SeriesBlock>): AsyncGenerator<SeriesBlock, undefined> {
  let last: string | undefined;
  for await (const block of blocks) {
    if (last !== undefined && block.id <= last) throw new SeriesOutOfOrder();
    last = block.id;
    yield block;
  }
}

/** A block, and its id as UTF-8 with one character per byte, by which it is sorted. */
type Sortable = { id: string; bytes: number; block: SeriesBlock };

/**
 * The blocks of a file in any order, by the UTF-8 bytes of their ids, those of the same series made one. Memory holds at most twice
 * `mostBytes` of rows, or one series: a larger file is read several times, each time for the series that come next.
 */
export async function* sortedInPasses(
  file: ReadableFile,
  mostBytes: number,
): AsyncGenerator<SeriesBlock, undefined> {
  let last: string | undefined;
  for (let isWhole = false; !isWhole; ) {
    let held: Sortable[] = [];
    let bytes = 0;
    /** Series from this id on are left to a later pass. */
    let limit: string | undefined;
    for await (const block of seriesBlocks(file)) {
      const id = sortedId(block.id);
      if ((last !== undefined && id <= last) || (limit !== undefined && id >= limit)) continue;
      held.push({ id, bytes: sizeOf(block), block });
      bytes += sizeOf(block);
      if (bytes > 2 * mostBytes) ({ held, bytes, limit = limit } = smallest(held, mostBytes));
    }
    held.sort(byId);
    for (let first = 0; first < held.length; ) {
      const one = held[first];
      let next = first + 1;
      while (next < held.length && held[next]?.id === one?.id) next++;
      const parts = held.slice(first, next).flatMap(({ block }) => block.parts);
      if (one !== undefined) yield { ...one.block, parts };
      first = next;
    }
    last = held.at(-1)?.id ?? last;
    isWhole = limit === undefined;
  }
}

/** The series with the smallest ids, `mostBytes` of them or one series, and the first id that is not among them. */
function smallest(
  held: Sortable[],
  mostBytes: number,
): { held: Sortable[]; bytes: number; limit: string | undefined } {
  held.sort(byId);
  let bytes = 0;
  let count = 0;
  for (; count < held.length; count++) {
    const isNewSeries = held[count]?.id !== held[count - 1]?.id;
    if (isNewSeries && count > 0 && bytes > mostBytes) break;
    bytes += held[count]?.bytes ?? 0;
  }
  return { held: held.slice(0, count), bytes, limit: held[count]?.id };
}

/** Sorting leaves the blocks of a series in their order. */
function byId(a: Sortable, b: Sortable): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function sortedId(id: string): string {
  return utf8Bytes(Buffer.from(id, "latin1")).toString("latin1");
}

function sizeOf({ parts }: SeriesBlock): number {
  return parts.reduce((size, { bytes }) => size + bytes.length, 0);
}
