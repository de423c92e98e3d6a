import { expect, test } from "vitest";
import { type Place, readPlace, writePlace } from "./place.ts";

const START: Place = {
  survey: "pr",
  words: "",
  filters: {},
  listSort: undefined,
  series: [],
  periods: "finest",
  from: undefined,
  to: undefined,
  rowSort: undefined,
  revisionSort: undefined,
};

test.each<Place>([
  START,
  {
    survey: "pr",
    words: "hours & pay, %",
    filters: { sector: "Nonfarm #1", survey: "x=y" },
    listSort: { column: "best_year", descending: true },
    series: ["PRS30006032", "PRS30006033"],
    periods: "Q01",
    from: 1990,
    to: 2020,
    rowSort: { column: "value", descending: false },
    revisionSort: { column: "change", descending: true },
  },
])("every state of the page is in its URL: %j", (place) => {
  expect(readPlace(writePlace(place))).toEqual(place);
});

test("the URL is short, and invalid parts of it are ignored", () => {
  expect(writePlace(START)).toBe("#survey=pr");
  expect(readPlace("#survey=../x&from=now&sort=--x&series=A,A,B,C,D,E,F")).toEqual({
    ...START,
    survey: "",
    series: ["A", "B", "C", "D", "E"],
  });
});
