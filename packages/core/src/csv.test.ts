import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { csvRecord } from "./csv.ts";

test("quotes what RFC 4180 requires, and ends with CRLF", () => {
  expect(csvRecord(["plain", 'a "b"', "a,b", "a\nb", ""])).toBe('plain,"a ""b""","a,b","a\nb",\r\n');
});

test("quotes semicolons, because some spreadsheets split fields at them", () => {
  expect(csvRecord(["a;=1+1", "b"])).toBe('"a;=1+1",b\r\n');
});

test("leaves numbers unchanged, and writes nothing for null", () => {
  expect(csvRecord([{ number: "-0.5" }, { number: 2021 }, { number: null }])).toBe("-0.5,2021,\r\n");
});

test.each([..."=+-@＝＋－＠".split("").map((sign) => `${sign}1+1`), "\t=1", "\r=1", "\n=1"])(
  "keeps the text %j from being a formula",
  (text) => {
    const [[field] = []]: string[][] = parse(csvRecord([text]));
    expect(field).toBe(`'${text}`);
  },
);

test("preserves any text", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (texts) => {
      fc.pre(texts.some((text) => text !== ""));
      const [fields]: string[][] = parse(csvRecord(texts), { relax_column_count: true });
      expect(fields?.map((field) => field.replace(/^'(?=[=+\-@＝＋－＠\t\r\n])/, ""))).toEqual(texts);
    }),
  );
});
