import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeAwsChunked } from "./aws-chunked.ts";

/** A body as clients frame it: with or without a signature after each size. */
function frame(chunks: Uint8Array[], trailers: Record<string, string>, signed: boolean): Buffer {
  const signature = signed ? `;chunk-signature=${"a".repeat(64)}` : "";
  const parts = chunks
    .filter((chunk) => chunk.length > 0)
    .flatMap((chunk) => [
      Buffer.from(`${chunk.length.toString(16)}${signature}\r\n`),
      chunk,
      Buffer.from("\r\n"),
    ]);
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}\r\n`);
  return Buffer.concat([...parts, Buffer.from(`0${signature}\r\n${lines.join("")}\r\n`)]);
}

/** Splits a buffer at the given positions, as a network would. */
function* cut(buffer: Buffer, places: number[]): Generator<Buffer> {
  let from = 0;
  for (const place of places.map((at) => at % (buffer.length + 1)).sort((a, b) => a - b)) {
    if (place > from) yield buffer.subarray(from, place);
    from = Math.max(from, place);
  }
  if (from < buffer.length) yield buffer.subarray(from);
}

async function decode(pieces: Iterable<Buffer>): Promise<{ body: Buffer; trailers: Map<string, string> }> {
  const trailers = new Map<string, string>();
  const body: Buffer[] = [];
  async function* source() {
    yield* pieces;
  }
  for await (const chunk of decodeAwsChunked(source(), trailers)) body.push(Buffer.from(chunk));
  return { body: Buffer.concat(body), trailers };
}

describe("aws-chunked", () => {
  test("returns the bytes and the trailers, wherever the network splits the body", async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.array(fc.nat(400)), fc.boolean(), async (bodies, places, signed) => {
        const framed = frame(bodies, { "x-amz-checksum-crc32": "AAAAAA==" }, signed);
        const { body, trailers } = await decode(cut(framed, places));
        expect(body).toEqual(Buffer.concat(bodies));
        expect([...trailers]).toEqual([["x-amz-checksum-crc32", "AAAAAA=="]]);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("does not confuse line ends in the body with its framing", async () => {
    const { body } = await decode([frame([Buffer.from("\r\n0\r\n\r\n")], {}, false)]);
    expect(body.toString()).toBe("\r\n0\r\n\r\n");
  });

  test.each([
    ["that ends within a chunk", "5\r\nabc"],
    ["that ends before the last chunk", "3\r\nabc\r\n"],
    ["with a chunk that is longer than its stated size", "2\r\nabc\r\n0\r\n\r\n"],
    ["whose chunk has no size", "\r\nabc\r\n0\r\n\r\n"],
    ["with a chunk size that is not a number", "zz\r\nabc\r\n0\r\n\r\n"],
    ["with data after its end", "0\r\n\r\nmore\r\n"],
    ["whose lines have no carriage return", "3\nabc\n0\n\n"],
    ["with an unterminated line", `${"1".repeat(5000)}`],
  ])("refuses a body %s", async (_, text) => {
    await expect(decode([Buffer.from(text)])).rejects.toMatchObject({ code: "IncompleteBody" });
  });
});
