/** The blocks of a data file in the order of their series' ids. */
import { type ReadableFile, type SeriesBlock, seriesBlocks, sortedBlocks } from "./series-blocks.ts";

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

/**
 * The blocks of a file in any order, sorted, those of the same series made one. Memory holds at most `mostBytes` of rows,
 * or one series: a larger file is read several times, each time for the series that come next.
 */
export async function* sortedInPasses(
  file: ReadableFile,
  mostBytes: number,
): AsyncGenerator<SeriesBlock, undefined> {
  const sizes = new Map<string, number>();
  for await (const block of seriesBlocks(file)) {
    sizes.set(block.id, (sizes.get(block.id) ?? 0) + sizeOf(block));
  }
  const ids = [...sizes.keys()].sort();
  for (let first = 0; first < ids.length; ) {
    const wanted = new Set<string>();
    let bytes = 0;
    for (; first < ids.length; first++) {
      const id = ids[first] ?? "";
      bytes += sizes.get(id) ?? 0;
      if (wanted.size > 0 && bytes > mostBytes) break;
      wanted.add(id);
    }
    yield* sortedBlocks(only(wanted, seriesBlocks(file)));
  }
}

async function* only(
  wanted: ReadonlySet<string>,
  blocks: AsyncIterable<SeriesBlock>,
): AsyncGenerator<SeriesBlock> {
  for await (const block of blocks) if (wanted.has(block.id)) yield block;
}

function sizeOf({ parts }: SeriesBlock): number {
  return parts.reduce((size, { bytes }) => size + bytes.length, 0);
}
