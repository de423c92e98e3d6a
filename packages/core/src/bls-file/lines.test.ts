import { expect, test } from "vitest";
import { createLineFeed, textLines } from "./lines.ts";

const MIB = 1 << 20;

/** Feeds parts of a file to a consumer that counts lines, and returns the length of the longest line. */
function longest(parts: Buffer[]): number {
  let length = 0;
  let lines = 0;
  const feed = createLineFeed("xx.data.1.Test", (bytes, start, end) => {
    for (let at = start; at < end; lines++) {
      const next = bytes.indexOf("\n", at) + 1;
      length = Math.max(length, next - at);
      at = next;
    }
    return lines;
  });
  for (const part of parts) feed.push(part);
  feed.end();
  return length;
}

test("a line may be 1 MiB long including its end, and a longer line is refused with an error that quotes it", () => {
  const start = Buffer.from('one\ntwo\n"three');
  const rest = (length: number) => Buffer.from(`${"x".repeat(length - '"three'.length - 1)}\nfour\n`);
  expect(longest([start, rest(MIB)])).toBe(MIB);
  expect(() => longest([start, rest(MIB + 1)])).toThrow(
    'xx.data.1.Test, line 3: the line is longer than 1 MiB, so this is not a BLS file; it begins with "\\"three',
  );
  expect(() => longest([Buffer.from("one\ntw"), Buffer.from(`o\n${"x".repeat(MIB + 1)}`)])).toThrow(
    "line 3: ",
  );
  expect(() => longest([Buffer.from("x"), Buffer.alloc(MIB, "x")])).toThrow("xx.data.1.Test, line 1: ");
});

test("text is split into lines, each of which is in UTF-8 or Windows-1252", async () => {
  const bytes = Buffer.concat([Buffer.from("Doña\r\n"), Buffer.from("Doña\n\nlast", "latin1")]);
  for (const length of [1, 3, 100]) {
    async function* chunks() {
      for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
    }
    const batches = await Array.fromAsync(textLines("xx.area", chunks()));
    expect(batches.flat()).toEqual(["Doña", "Doña", "", "last"]);
  }
});
