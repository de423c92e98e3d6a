import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Line, lines, takePage } from "./page.ts";
import { compareKeys } from "./store/key-index.ts";

const key = fc.string({
  unit: fc.constantFrom("a", "b", "/", "é", "\uffee", "😀", "."),
  minLength: 1,
  maxLength: 6,
});
const keys = fc.uniqueArray(key, { maxLength: 30 }).map((all) => all.sort(compareKeys));
const part = fc.constantFrom("", "a", "a/", "/", "b");
const delimiter = fc.constantFrom("", "/", "b/");

/** The expected listing: all keys with the prefix, rolled up, each entry once. */
function naive(sorted: string[], prefix: string, separator: string): string[] {
  const all = sorted
    .filter((name) => name.startsWith(prefix))
    .map((name) => {
      const end = separator === "" ? -1 : name.indexOf(separator, prefix.length);
      return end === -1 ? `key ${name}` : `prefix ${name.slice(0, end + separator.length)}`;
    });
  return [...new Set(all)];
}

function text(line: Line): string {
  return line.kind === "key" ? `key ${line.key}` : `prefix ${line.prefix}`;
}

/** The first and last characters of each UTF-8 length, and the characters just before and after the surrogates. */
const edges = fc.string({
  unit: fc.constantFrom(
    "\u0000",
    "\u007f",
    "\u0080",
    "\u07ff",
    "\u0800",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "😀",
    "\u{10ffff}",
  ),
  maxLength: 4,
});

describe("listing", () => {
  test("orders keys by their UTF-8 bytes", () => {
    fc.assert(
      fc.property(edges, edges, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("lists each key or rolled-up prefix once, page by page, for any page size", () => {
    fc.assert(
      fc.property(
        keys,
        part,
        delimiter,
        fc.integer({ min: 1, max: 5 }),
        (sorted, prefix, separator, most) => {
          const seen: string[] = [];
          let after = "";
          for (;;) {
            const query = { sorted, prefix, delimiter: separator, after };
            const { page, truncated } = takePage(
              lines(query, () => true),
              most,
            );
            seen.push(...page.map(text));
            const last = page.at(-1);
            if (!truncated || last === undefined) break;
            after = last.kind === "key" ? last.key : last.prefix;
          }
          expect(seen).toEqual(naive(sorted, prefix, separator));
        },
      ),
      { seed: 1, numRuns: 1000 },
    );
  });

  test("leaves out hidden keys, and prefixes with only hidden keys", () => {
    const query = { sorted: ["a/1", "a/2", "b/1", "c"], prefix: "", delimiter: "/", after: "" };
    const shown = [...lines(query, (name) => name !== "b/1" && name !== "a/1")];
    expect(shown.map(text)).toEqual(["prefix a/", "key c"]);
  });

  test("does not repeat a common prefix when it continues within that prefix", () => {
    const query = { sorted: ["a/1", "a/2", "b"], prefix: "", delimiter: "/", after: "a/1" };
    expect([...lines(query, () => true)].map(text)).toEqual(["key b"]);
  });
});
