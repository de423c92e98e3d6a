import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPartBuffers, PART_BYTES } from "./part-buffers.ts";

describe("the memory of uploads", () => {
  test("provides buffers of exactly the requested size, from one block", async () => {
    const buffers = createPartBuffers(1);
    const [small, other] = [await buffers.take(10), await buffers.take(PART_BYTES - 10)];
    expect([small.length, other.length]).toEqual([10, PART_BYTES - 10]);
    expect(small.buffer).toBe(other.buffer);
    expect(small.buffer.byteLength).toBe(PART_BYTES);
  });

  test("queues a small request behind a large one, and serves both when there is room", async () => {
    const buffers = createPartBuffers(1);
    const first = await buffers.take(10);
    const served: string[] = [];
    const large = buffers.take(PART_BYTES).then((buffer) => {
      served.push("large");
      return buffer;
    });
    const small = buffers.take(1).then(() => served.push("small"));
    await new Promise(setImmediate);
    expect(served).toEqual([]);
    buffers.give(first);
    buffers.give(await large);
    await small;
    expect(served).toEqual(["large", "small"]);
  });

  test("refuses a buffer that it did not hand out or that was already given back, and a part that is too large", async () => {
    const buffers = createPartBuffers(1);
    const buffer = await buffers.take(1);
    expect(() => buffers.give(buffer.subarray(0))).toThrow("not taken, or was already given back");
    buffers.give(buffer);
    expect(() => buffers.give(buffer)).toThrow("not taken, or was already given back");
    await expect(buffers.take(PART_BYTES + 1)).rejects.toThrow("at most 8388608 bytes");
  });

  test("never shares a byte between two buffers, and serves all callers in turn", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: PART_BYTES }), { minLength: 1, maxLength: 40 });
    const property = fc.asyncProperty(sizes, fc.infiniteStream(fc.nat()), async (wanted, choices) => {
      const buffers = createPartBuffers(2);
      const held: Buffer[] = [];
      const order: number[] = [];
      const takes = wanted.map(async (bytes, index) => {
        held.push(await buffers.take(bytes));
        order.push(index);
      });
      while (order.length < wanted.length || held.length > 0) {
        await new Promise(setImmediate);
        const ends = held
          .map((buffer) => [buffer.byteOffset, buffer.byteOffset + buffer.length] as const)
          .sort(([a], [b]) => a - b);
        for (const [index, [from]] of ends.entries())
          expect(from).toBeGreaterThanOrEqual(ends[index - 1]?.[1] ?? 0);
        const [given] = held.splice(choices.next().value % held.length, 1);
        if (given === undefined) throw new Error("all callers are waiting, and none holds a buffer");
        buffers.give(given);
      }
      await Promise.all(takes);
      expect(order).toEqual(wanted.map((_, index) => index));
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
