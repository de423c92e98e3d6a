import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Value } from "./compare-series.ts";
import { createSummary, type Summary } from "./differences.ts";

/** Reports a series whose only observation changed from 0 to `after`. */
function change(summary: Summary, id: string, after: Value): void {
  const { see, end } = summary.series(id);
  see({
    kind: "changed",
    year: 2023,
    period: "A01",
    before: { units: 0, decimals: 0, footnotes: "" },
    after: Object.assign(after, { footnotes: "" }),
  });
  end();
}

test("among equally large changes, those with the first IDs are listed, in the order of their IDs", () => {
  const summary = createSummary(3);
  for (const [index, id] of [..."ABCDEFGHIJ"].entries()) {
    // All changes have the same size, but different signs and numbers of decimal places.
    change(summary, id, index % 2 === 0 ? { units: -50, decimals: 1 } : { units: 5, decimals: 0 });
  }
  change(summary, "K", { units: 6, decimals: 0 });
  const { rows, changedSeries } = summary.finish();
  expect(rows.map(({ seriesId, largest }) => [seriesId, largest.change])).toEqual([
    ["K", "6"],
    ["A", "-5.0"],
    ["B", "5"],
  ]);
  expect(changedSeries).toBe(11);
});

test("series that can no longer be listed are not kept in memory", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const summary = createSummary(2);
  const values: WeakRef<Value>[] = [];
  for (let number = 1; number <= 100; number++) {
    const after = { units: number, decimals: 0 };
    values.push(new WeakRef(after));
    change(summary, `S${number}`, after);
  }
  // The target of a WeakRef stays alive until the current turn of the event loop ends.
  await new Promise(setImmediate);
  collect();
  expect(values.filter((value) => value.deref() !== undefined).length).toBeLessThanOrEqual(4);
  expect(summary.finish().rows.map(({ seriesId }) => seriesId)).toEqual(["S100", "S99"]);
});
