/** Rows of text that are found by their keys, millions of them in little memory. */
import { deflateRawSync, inflateRawSync } from "node:zlib";

/** Characters of a block before it is compressed: some hundred rows, which is enough for them to share what they say. */
const BLOCK_LENGTH = 1 << 16;
/** Rows that stand together are so much alike that more effort saves little. */
const LEVEL = 1;

export type RowPacker = {
  /** Adds a row, which must not contain LF; the key must not contain a tab. Of two rows with one key the later one counts. */
  add(key: string, row: string): void;
  /** Ends adding, and gives the function that finds a row. It is quick where keys are asked for in their order. */
  finish(): (key: string) => string | undefined;
};

type Block = { firstKey: string; bytes: Uint8Array };

/**
 * A packer of rows. They are kept in the order of their keys, in blocks that are compressed each; of these, one is open at
 * a time. Rows that come in another order are all held in memory once, to be sorted.
 */
export function createRowPacker(): RowPacker {
  let blocks: Block[] = [];
  let lines: string[] = [];
  let length = 0;
  let firstKey = "";
  let lastKey: string | undefined;
  let inOrder = true;

  function add(key: string, row: string): void {
    if (lastKey !== undefined && key < lastKey) inOrder = false;
    lastKey = key;
    // A copy: the key may be a part of a text that is a thousand times as long, and would keep it alive.
    if (lines.length === 0) firstKey = Buffer.from(key).toString();
    lines.push(`${key}\t${row}`);
    length += key.length + row.length;
    if (length >= BLOCK_LENGTH) pack();
  }

  function pack(): void {
    if (lines.length === 0) return;
    // A copy: what zlib gives, and any small Buffer, is a part of a larger one and would keep it alive.
    const bytes = Uint8Array.from(deflateRawSync(lines.join("\n"), { level: LEVEL }));
    blocks.push({ firstKey, bytes });
    lines = [];
    length = 0;
  }

  function sort(): void {
    const rows = new Map(blocks.flatMap(({ bytes }) => [...unpacked(bytes)]));
    blocks = [];
    for (const key of [...rows.keys()].sort()) add(key, rows.get(key) ?? "");
    pack();
  }

  function finish() {
    pack();
    if (!inOrder) sort();
    let open = -1;
    let rows = new Map<string, string>();
    return (key: string) => {
      const block = lastBefore(blocks, key);
      if (block !== open) rows = unpacked(blocks[block]?.bytes);
      open = block;
      return rows.get(key);
    };
  }

  return { add, finish };
}

/** The last block that begins with `key` or before it, or -1. */
function lastBefore(blocks: readonly Block[], key: string): number {
  let from = 0;
  let to = blocks.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((blocks[middle]?.firstKey ?? "") <= key) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

/** The rows of a block by their keys. */
function unpacked(bytes: Uint8Array | undefined): Map<string, string> {
  if (bytes === undefined) return new Map();
  const lines = inflateRawSync(bytes).toString().split("\n");
  return new Map(
    lines.map((line) => {
      const tab = line.indexOf("\t");
      return [line.slice(0, tab), line.slice(tab + 1)];
    }),
  );
}
