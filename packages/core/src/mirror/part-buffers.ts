/** The memory of uploads: a fixed number of buffers, shared by all that a process uploads at a time. */

/** Bytes of a part. A body that is no larger is held in memory and written by one request. */
export const PART_BYTES = 8 * 1024 * 1024;

export type PartBuffers = {
  /** A buffer of PART_BYTES with any content; where all are taken it waits, first come first served. */
  take: () => Promise<Buffer>;
  /** Gives a buffer back, once. */
  give: (buffer: Buffer) => void;
};

/**
 * At most `most` buffers, made as they are needed and kept. However few, no uploads can block each other: none waits for
 * a buffer while it fills another.
 */
export function createPartBuffers(most: number): PartBuffers {
  const free: Buffer[] = [];
  const waiting: ((buffer: Buffer) => void)[] = [];
  let made = 0;

  return {
    take: async () => {
      const buffer = free.pop();
      if (buffer !== undefined) return buffer;
      if (made === most) return new Promise((resolve) => waiting.push(resolve));
      made++;
      return Buffer.allocUnsafeSlow(PART_BYTES);
    },
    give: (buffer) => {
      const next = waiting.shift();
      if (next === undefined) free.push(buffer);
      else next(buffer);
    },
  };
}
