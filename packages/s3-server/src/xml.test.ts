import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { fromXml, listOf, toXml } from "./xml.ts";

describe("XML", () => {
  test("preserves any text", () => {
    const schema = z.object({ Key: z.string() });
    const unit = fc.constantFrom(
      "a",
      "&",
      "<",
      ">",
      '"',
      "'",
      ";",
      "#",
      " ",
      "\n",
      "\r",
      "\u0001",
      "\u0085",
      "]]>",
      "&#x1;",
      "é",
      "😀",
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (Key) => {
        expect(fromXml(toXml("Result", { Key }), "Result", schema)).toEqual({ Key });
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("writes lists as repeated elements, and leaves out undefined values", () => {
    const text = toXml("R", { A: ["1", "2"], B: undefined, C: [], D: { E: true, F: "" } }, "");
    expect(text).toContain("<R><A>1</A><A>2</A><D><E>true</E><F></F></D></R>");
  });

  test("reads zero, one, and several occurrences of an element", () => {
    const schema = z.object({ A: listOf(z.string()) });
    for (const list of [[], ["1"], ["1", "2"]]) {
      expect(fromXml(toXml("R", { A: list, B: "x" }), "R", schema)).toEqual({ A: list });
    }
  });

  test.each([
    ["<R><A>1</R>", "not well-formed"],
    ["not XML", "not well-formed"],
    ["<Other><A>1</A></Other>", "must be R"],
    ["<R><B>1</B></R>", "R.A"],
  ])("refuses %s", (text, why) => {
    const schema = z.object({ A: z.string() });
    expect(() => fromXml(text, "R", schema)).toThrow(expect.objectContaining({ code: "MalformedXML" }));
    expect(() => fromXml(text, "R", schema)).toThrow(why);
  });

  test.each([
    ["a document type declaration", '<!DOCTYPE R [<!ENTITY a "expanded">]><R><A>&a;</A></R>'],
    [
      "elements that are nested thousands of levels deep",
      `<R>${"<A>".repeat(5000)}${"</A>".repeat(5000)}</R>`,
    ],
  ])("refuses %s as malformed", (_what, text) => {
    expect(() => fromXml(text, "R", z.object({ A: z.unknown() }))).toThrow(
      expect.objectContaining({ code: "MalformedXML" }),
    );
  });
});

test("the error for a refused document does not quote the whole document", () => {
  const document = `<Delete>${"<a>".repeat(100_000)}`;
  expect(() => fromXml(document, "Delete", z.object({}))).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/^.{1,1000}$/s) }),
  );
});
