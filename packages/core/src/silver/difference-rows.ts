/** The differences between two releases as a Parquet file, sorted by series, year, and period. */
import type { SeriesDifferences } from "../bls-file/compare-files.ts";
import { type Difference, formatValue } from "../bls-file/compare-series.ts";
import { createParquetFile } from "./parquet/parquet-file.ts";
import { addPages, type Cell, text } from "./parquet/row-pages.ts";
import type { Column } from "./parquet/schema.ts";

/** Small, because a reader of one series fetches a page of each column and the dictionaries of a row group. */
const PAGE_ROWS = 1 << 12;
const GROUP_ROWS = 1 << 15;

const required = (name: string, kind: "text" | "integer"): Column => ({
  name,
  type: { kind },
  optional: false,
});

/** The columns of `DifferenceRow`. Values are exact decimals as text, however many digits they have. */
const COLUMNS: readonly Column[] = [
  { ...required("series_id", "text"), sorted: true },
  required("year", "integer"),
  required("period", "text"),
  required("kind", "text"),
  text("before"),
  text("after"),
  text("footnotes_before"),
  text("footnotes_after"),
];
const SORTED_BY = 3;

/** Takes the differences of one series at a time, and returns the bytes that are ready to be written. */
export type DifferenceFile = {
  add(series: SeriesDifferences): Buffer[];
  end(): Buffer[];
};

/** Creates a file of differences. Memory holds one compressed row group and one page of rows. */
export function createDifferenceFile(): DifferenceFile {
  const file = createParquetFile(COLUMNS, SORTED_BY);
  let rows: Cell[][] = [];
  let ofGroup = 0;

  function endPage(): void {
    if (rows.length === 0) return;
    addPages(file.chunks, rows);
    ofGroup += rows.length;
    rows = [];
  }
  function endGroup(): Buffer[] {
    const bytes = file.endGroup(ofGroup);
    ofGroup = 0;
    return bytes;
  }

  return {
    add({ seriesId, differences }) {
      const parts: Buffer[] = [];
      for (const difference of differences) {
        rows.push(rowOf(seriesId, difference));
        if (rows.length === PAGE_ROWS) endPage();
        if (ofGroup === GROUP_ROWS) parts.push(...endGroup());
      }
      return parts;
    },
    end() {
      endPage();
      return [...(ofGroup > 0 ? endGroup() : []), ...file.end()];
    },
  };
}

function rowOf(seriesId: string, { kind, year, period, before, after }: Difference): Cell[] {
  const values = [before, after].map((value) => (value ? formatValue(value) : null));
  const footnotes = [before, after].map((value) => value?.footnotes || null);
  return [seriesId, year, period, kind, ...values, ...footnotes];
}
