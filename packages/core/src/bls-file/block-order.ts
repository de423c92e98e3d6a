/** Yields the blocks of a data file ordered by series ID. */
import { type ReadableFile, type SeriesBlock, seriesBlocks } from "./series-blocks.ts";
import { utf8Bytes } from "./text-bytes.ts";

/** The series of a file are not sorted by ID. */
export class SeriesOutOfOrder extends Error {
  override readonly name = "SeriesOutOfOrder";
}

/**
 * Yields the blocks as they come. Throws SeriesOutOfOrder at the first one that does not sort after its
 * predecessor.
 */
export async function* ascending(blocks: AsyncIterable<SeriesBlock>): AsyncGenerator<SeriesBlock, undefined> {
  let last: string | undefined;
  for await (const block of blocks) {
    if (last !== undefined && block.id <= last) throw new SeriesOutOfOrder();
    last = block.id;
    yield block;
  }
}

/** A block and its sort key: its ID as UTF-8, with one character per byte. */
type Sortable = { id: string; bytes: number; block: SeriesBlock };

/**
 * Sorts the blocks of a file by the UTF-8 bytes of their IDs. The file may be in any order. Blocks of the
 * same series are combined. Memory holds at most twice `mostBytes` bytes of rows, or one series. A larger
 * file is read several times, each time for the next series.
 */
export async function* sortedInPasses(
  file: ReadableFile,
  mostBytes: number,
): AsyncGenerator<SeriesBlock, undefined> {
  let last: string | undefined;
  for (let isWhole = false; !isWhole; ) {
    let held: Sortable[] = [];
    let bytes = 0;
    /** Series from this ID on are left to a later pass. */
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

/**
 * The series with the smallest IDs, up to `mostBytes` or a single series, and the first ID that is not included.
 */
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

/** Sorting is stable, so the blocks of a series keep their order. */
function byId(a: Sortable, b: Sortable): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function sortedId(id: string): string {
  return utf8Bytes(Buffer.from(id, "latin1")).toString("latin1");
}

function sizeOf({ parts }: SeriesBlock): number {
  return parts.reduce((size, { bytes }) => size + bytes.length, 0);
}
