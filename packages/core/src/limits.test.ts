import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MOST_COLUMNS } from "./bls-file/columns.ts";
import { LONGEST_LINE } from "./bls-file/lines.ts";
import { MOST_BYTES_MAPPED } from "./bls-file/names.ts";
import { LONGEST_VALUE } from "./bls-file/read-row.ts";
import { MOST_FILES } from "./data-files/choice.ts";
import { LARGEST_ANSWER_BYTES } from "./population/fetch-population.ts";
import { MOST_ROWS } from "./population/population.ts";
import { LONGEST_KEY, LONGEST_URL, MOST_ENTRIES } from "./source/listing.ts";
import { LARGEST_LISTING, MOST_FOLDERS } from "./source/survey-folder.ts";

const limits = {
  "Bytes of a listing page": LARGEST_LISTING,
  "Entries of a listing page": MOST_ENTRIES,
  "Folders of a survey": MOST_FOLDERS,
  "Bytes of a key in Bronze": LONGEST_KEY,
  "Characters of a file's URL": LONGEST_URL,
  "Bytes of a line of a BLS file": LONGEST_LINE,
  "Columns of a BLS file": MOST_COLUMNS,
  "Characters of a value": LONGEST_VALUE,
  "Bytes of a survey's mapping files in memory": MOST_BYTES_MAPPED,
  "Bytes of the population response": LARGEST_ANSWER_BYTES,
  "Rows or columns of the population response": MOST_ROWS,
  "Data files in the input": MOST_FILES,
};

test("docs/surveys.md states the limits of what is read", () => {
  const page = readFileSync(new URL("../../../docs/surveys.md", import.meta.url), "utf8");
  const [, table = ""] = page.split("| What | Largest | Error beyond it |");
  const rows = [...table.matchAll(/^\| ([^|]+) \| ([\d,]+) \|/gm)].map(([, what = "", largest = ""]) => [
    what,
    Number(largest.replaceAll(",", "")),
  ]);
  expect(Object.fromEntries(rows)).toEqual(limits);
});
