import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDecimal, formatShortest, parseDecimal, unitsAt } from "./decimal.ts";

test.each([
  ["12", 12n, 0],
  ["-0.50", -50n, 2],
  [".25", 25n, 2],
  ["-.5", -5n, 1],
  ["5.", 5n, 0],
  ["00012.5", 125n, 1],
  ["123456789012345678901234567890.1", 1234567890123456789012345678901n, 1],
])("parseDecimal reads %s", (text, units, decimals) => {
  expect(parseDecimal(text)).toEqual({ units, decimals });
});

test.each([
  "",
  "-",
  ".",
  "-.",
  "1.2x",
  "1e5",
  "1,234",
  "--1",
  "+1",
  " 1",
  "1.2.3",
  "NaN",
  "Infinity",
  "0x10",
  "١",
])("parseDecimal refuses %j", (text) => {
  expect(parseDecimal(text)).toBeUndefined();
});

test.each([
  [285n, 1, "28.5", "28.5"],
  [-50n, 2, "-0.50", "-0.5"],
  [130n, 1, "13.0", "13"],
  [1000n, 1, "100.0", "100"],
  [0n, 3, "0.000", "0"],
  [-0, 1, "0.0", "0"],
  [5, 3, "0.005", "0.005"],
  [100n, 0, "100", "100"],
])("%s units of 10 ** -%s are %s, or %s in the shortest form", (units, decimals, text, shortest) => {
  expect(formatDecimal(units, decimals)).toBe(text);
  expect(formatShortest(units, decimals)).toBe(shortest);
});

test("parseDecimal reads what formatDecimal wrote", () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.nat({ max: 30 }), (units, decimals) => {
      const read = parseDecimal(formatDecimal(units, decimals));
      expect(read && unitsAt(read, decimals)).toBe(units);
    }),
  );
});

test("the number of decimal places changes only if no digit is lost", () => {
  expect(unitsAt({ units: 15n, decimals: 1 }, 3)).toBe(1500n);
  expect(unitsAt({ units: 1500n, decimals: 3 }, 1)).toBe(15n);
  expect(unitsAt({ units: 1501n, decimals: 3 }, 1)).toBeUndefined();
});
