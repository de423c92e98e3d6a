import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { csvRecord } from "./csv.ts";

test("a record quotes what RFC 4180 requires, and ends with CRLF", () => {
  expect(csvRecord(["plain", 'a "b"', "a,b", "a\nb", ""])).toBe('plain,"a ""b""","a,b","a\nb",\r\n');
});

test("semicolons are quoted, because some spreadsheets split fields at them", () => {
  expect(csvRecord(["a;=1+1", "b"])).toBe('"a;=1+1",b\r\n');
});

test("numbers are unchanged, and null is an empty field", () => {
  expect(csvRecord([{ number: "-0.5" }, { number: 2021 }, { number: null }])).toBe("-0.5,2021,\r\n");
});

test.each([..."=+-@＝＋－＠".split("").map((sign) => `${sign}1+1`), "\t=1", "\r=1", "\n=1"])(
  "the text %j does not become a formula",
  (text) => {
    const [[field] = []]: string[][] = parse(csvRecord([text]));
    expect(field).toBe(`'${text}`);
  },
);

test("any text is preserved", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (texts) => {
      fc.pre(texts.some((text) => text !== ""));
      const [fields]: string[][] = parse(csvRecord(texts), { relax_column_count: true });
      expect(fields?.map((field) => field.replace(/^'(?=[=+\-@＝＋－＠\t\r\n])/, ""))).toEqual(texts);
    }),
  );
});
