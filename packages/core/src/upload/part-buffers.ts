/** The memory of uploads: one block of a fixed size, shared by all concurrent uploads of a process. */

/** The size of a part in bytes. A body that fits into one part is buffered and written in one request. */
export const PART_BYTES = 8 * 1024 * 1024;

export type PartBuffers = {
  /**
   * Returns a buffer of `bytes` bytes (at most PART_BYTES) with arbitrary content. Waits if there is no room,
   * first come, first served, so that small requests do not starve large ones.
   */
  take: (bytes: number) => Promise<Buffer>;
  /** Gives a buffer back. Throws an Error if it is not the same object that `take` returned, or was already given back. */
  give: (buffer: Buffer) => void;
};

/** An allocated range of the block. */
type Taken = { buffer: Buffer; from: number; to: number };

/**
 * Room for `parts` full parts, or for as many smaller parts as fit. However little room there is, uploads cannot
 * block each other: no upload waits for one buffer while it fills another.
 */
export function createPartBuffers(parts: number): PartBuffers {
  const size = parts * PART_BYTES;
  let block: Buffer | undefined;
  const taken: Taken[] = [];
  const waiting: { bytes: number; resolve: (buffer: Buffer) => void }[] = [];

  // Pages that were never written take no physical memory. To leave as many as possible unwritten, the lowest gap is
  // used first.
  function place(bytes: number): Buffer | undefined {
    block ??= Buffer.allocUnsafeSlow(size);
    let from = 0;
    let index = 0;
    for (; index < taken.length; index++) {
      const next = taken[index];
      if (next === undefined || next.from - from >= bytes) break;
      from = next.to;
    }
    const to = from + bytes;
    if (to > size) return undefined;
    const buffer = block.subarray(from, to);
    taken.splice(index, 0, { buffer, from, to });
    return buffer;
  }

  return {
    take: async (bytes) => {
      if (bytes > PART_BYTES) throw new Error(`A part has at most ${PART_BYTES} bytes, not ${bytes}`);
      const buffer = waiting.length === 0 ? place(bytes) : undefined;
      return buffer ?? new Promise((resolve) => waiting.push({ bytes, resolve }));
    },
    give: (buffer) => {
      const index = taken.findIndex((each) => each.buffer === buffer);
      if (index === -1) throw new Error("This buffer was not taken, or was already given back");
      taken.splice(index, 1);
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        const room = place(next.bytes);
        if (room === undefined) return;
        waiting.shift();
        next.resolve(room);
      }
    },
  };
}
