import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { readSeriesNames } from "./names.ts";

async function* chunks(text: string | Buffer) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

function read(series: string | Buffer, mappings: Record<string, string | Buffer>) {
  return readSeriesNames({ file: "xx.series", chunks: chunks(series) }, async (name) => {
    const text = mappings[name];
    return text === undefined ? undefined : { file: `xx.${name}`, chunks: chunks(text) };
  });
}

describe("a series' names", () => {
  test("are the mapping files' texts, in the order of the series file's columns", async () => {
    const names = await read(
      "series_id   \titem_code\tseasonal\tbase_year\tfootnote_codes\r\nA  \t01\tS\t2017\tR\r\n\r\n",
      {
        item: "item_code\titem_name\tsort\r\n01\tFood\t1\r\n",
        seasonal: "Seasonal_code\tSeasonal_text\r\nS\tAdjusted\r\n\r\n",
      },
    );
    expect(names.columns).toEqual(["item", "seasonal"]);
    expect(names.of("A")).toEqual({ item: "Food", seasonal: "Adjusted" });
    expect(names.of("B")).toEqual({});
  });

  test("are the codes where a mapping file, its column or a code in it is missing", async () => {
    const names = await read("series_id\titem_code\tarea_code\tsize_code\nA\t01\t02\t03\n", {
      area: "no header\n02\tNorth\n",
      size: "size_code\tsize_text\n04\tLarge\n",
    });
    expect(names.of("A")).toEqual({ item: "01", area: "02", size: "03" });
  });

  test("depend on all codes that the mapping file has in common with the series file", async () => {
    const names = await read("series_id\tindustry_code\tproduct_code\nA\t1\t9\nB\t2\t9\n", {
      product: "industry_code\tproduct_code\tproduct_name\n1\t9\tBread\n2\t9\tPaper\n",
    });
    expect([names.of("A").product, names.of("B").product]).toEqual(["Bread", "Paper"]);
  });

  test("are the texts of the first column behind the code, where no column is called after the file", async () => {
    const names = await read("series_id\titem_code\tsize_code\nA\t01\t03\n", {
      size: "sort\tsize_code\tdescription\tmore\n1\t03\tLarge\tx\n",
      item: "group_code\titem_code\titem_text\n9\t01\tFood\n",
    });
    expect(names.of("A")).toEqual({ item: "Food", size: "Large" });
  });

  test("have the series' own title", async () => {
    const names = await read('series_id\tseries_title\nA\tAll items, "U.S." \n', {});
    expect(names.of("A")).toEqual({ title: 'All items, "U.S."' });
  });

  test("are read from UTF-8 with its mark, and from Windows-1252", async () => {
    const mapping = Buffer.from("area_code\tarea_text\n1\tDo\u00f1a Ana\n", "latin1");
    const names = await read("\uFEFFseries_id\tarea_code\tseries_title\nA\t1\tDo\u00f1a\n", {
      area: mapping,
    });
    expect(names.of("A")).toEqual({ area: "Doña Ana", title: "Doña" });
  });

  test("of a hundred thousand series take a few megabytes of memory, where as objects they take 25", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const used = () => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    async function* series() {
      yield Buffer.from("series_id\tarea_code\tseries_title\n");
      for (let number = 100_000; number < 200_000; number += 1000) {
        const rows = Array.from({ length: 1000 }, (_, row) => {
          const id = number + row;
          return `OEUM001018000000${id}\t00${id % 500}\tAnnual mean wage for occupation ${id}, all establishments\n`;
        });
        yield Buffer.from(rows.join(""));
      }
    }
    const before = used();
    const names = await readSeriesNames({ file: "oe.series", chunks: series() }, async () => undefined);
    expect(names.of("OEUM001018000000123456").title).toContain("occupation 123456,");
    expect(used() - before).toBeLessThan(12e6);
  });

  test("are refused where a row of the series file is too short", async () => {
    await expect(read("series_id\titem_code\nA\n", {})).rejects.toThrow("xx.series, line 2: 1 columns");
    await expect(read("item_code\n1\n", {})).rejects.toThrow(
      "xx.series, line 1: the header has no column series_id",
    );
  });
});

const real = fileURLToPath(new URL("../../../../../shared/data/bls/2025-02/pr/", import.meta.url));

describe.skipIf(!existsSync(real))("the real survey pr (skips without ../shared/data)", () => {
  test("has the names of all 282 series", async () => {
    const mapping = (name: string) =>
      existsSync(`${real}pr.${name}`) ? readFileSync(`${real}pr.${name}`) : undefined;
    const names = await readSeriesNames(
      { file: "pr.series", chunks: chunks(mapping("series") ?? "") },
      async (name) => {
        const bytes = mapping(name);
        return bytes && { file: name, chunks: chunks(bytes) };
      },
    );
    expect(names.columns).toEqual(["sector", "class", "measure", "duration", "seasonal"]);
    expect(names.of("PRS30006011")).toEqual({
      sector: "Manufacturing",
      class: "All workers",
      measure: "Employment",
      duration: "% Change same quarter 1 year ago",
      seasonal: "Seasonal Adjusted",
    });
  });
});
