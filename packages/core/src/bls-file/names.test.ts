import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { namesOf, textFile } from "./names.test-support.ts";
import type { NamesOfSeries } from "./names.ts";
import { sortedSeriesFile } from "./sorted-series-file.ts";

/** The names of some series of the survey xx. */
async function read(
  series: string | Buffer,
  mappings: Record<string, string | Buffer>,
  ids = ["A", "B"],
): Promise<{ columns: readonly string[]; of(id: string): NamesOfSeries | undefined }> {
  const names = await namesOf(series, mappings);
  const found = await names.find(ids);
  return { columns: names.columns, of: (id) => found.get(id) };
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
    expect(names.of("B")).toBeUndefined();
  });

  test("are the codes if a mapping file, its column, or a code in it is missing", async () => {
    const names = await read("series_id\titem_code\tarea_code\tsize_code\nA\t01\t02\t03\n", {
      area: "no header\n02\tNorth\n",
      size: "size_code\tsize_text\n04\tLarge\n",
    });
    expect(names.of("A")).toEqual({ item: "01", area: "02", size: "03" });
  });

  test("depend on all codes that the mapping file shares with the series file", async () => {
    const names = await read("series_id\tindustry_code\tproduct_code\nA\t1\t9\nB\t2\t9\n", {
      product: "industry_code\tproduct_code\tproduct_name\n1\t9\tBread\n2\t9\tPaper\n",
    });
    expect([names.of("A")?.product, names.of("B")?.product]).toEqual(["Bread", "Paper"]);
  });

  test("are found by exact codes, even if one code is a prefix of another or shares parts with it", async () => {
    const series = [
      ["A", "10", "2", "1"],
      ["B", "1", "2", "11"],
      ["C", "", "2", "1"],
      ["D", "10", "21", ""],
      ["E", "100", "2", "111"],
    ];
    const names = await read(
      `series_id\titem_code\tarea_code\tsize_code\n${series.map((cells) => `${cells.join("\t")}\n`).join("")}`,
      {
        item: "item_code\titem_text\n1\tone\n10\tten\n100\thundred\n",
        size: "item_code\tsize_code\tsize_text\n10\t1\tten one\n1\t11\tone eleven\n100\t111\tlarge\n",
      },
      series.map(([id = ""]) => id),
    );
    expect(series.map(([id = ""]) => [names.of(id)?.item, names.of(id)?.size])).toEqual([
      ["ten", "ten one"],
      ["one", "one eleven"],
      ["", "1"],
      ["ten", ""],
      ["hundred", "large"],
    ]);
  });

  test("are the texts of the first column after the code, if no column is named after the file", async () => {
    const names = await read("series_id\titem_code\tsize_code\nA\t01\t03\n", {
      size: "sort\tsize_code\tdescription\tmore\n1\t03\tLarge\tx\n",
      item: "group_code\titem_code\titem_text\n9\t01\tFood\n",
    });
    expect(names.of("A")).toEqual({ item: "Food", size: "Large" });
  });

  test("include the series' own title", async () => {
    const names = await read('series_id\tseries_title\nA\tAll items, "U.S." \n', {});
    expect(names.of("A")).toEqual({ title: 'All items, "U.S."' });
  });

  test("are read from UTF-8 with a byte order mark, and from Windows-1252", async () => {
    const mapping = Buffer.from("area_code\tarea_text\n1\tDo\u00f1a Ana\n", "latin1");
    const names = await read("\uFEFFseries_id\tarea_code\tseries_title\nA\t1\tDo\u00f1a\n", {
      area: mapping,
    });
    expect(names.of("A")).toEqual({ area: "Doña Ana", title: "Doña" });
  });

  test("are found by their key column, in a file with a different name and an empty cell in the middle", async () => {
    const names = await read("series_id\tdata_type_code\tsrd_code\nA\t01\t01\n", {
      datatype: "data_type_code\tdata_type_text\n01\tALL EMPLOYEES, THOUSANDS\t\n",
      state_region_division: "srd_code\tsrd_text\n01\t\tAlabama\n",
    });
    expect(names.of("A")).toEqual({ data_type: "ALL EMPLOYEES, THOUSANDS", srd: "Alabama" });
  });

  test("come from the file with their text, not from another one that also has the code", async () => {
    const names = await read("series_id\tarea_type_code\tarea_code\tgroup_code\nA\tF\t01\t7\n", {
      area: "area_type_code\tarea_code\tarea_text\nE\t01\tSouth\nF\t01\tNorth\n",
      alphabet: "area_type_code\tletter\nF\tf\n",
      types: "area_type_code\tarea_type_text\nF\tCounties\n",
      others: "other_code\tgroup_code\tother_text\n1\t7\tno group\n",
    });
    expect(names.of("A")).toEqual({ area_type: "Counties", area: "North", group: "7" });
  });

  test("are all kept, even if short names would equal each other or a column that every file has", async () => {
    const names = await read(
      "series_id\ttitle_code\tvalue_code\tyear_code\tseries_title\tsome thing_code\tdata_file_code\nA\t07\t5\t9\tPaid leave\t1\t2\n",
      { title: "title_code\ttitle_text\n07\tHolidays\n" },
    );
    expect(names.of("A")).toEqual({
      title: "Holidays",
      value_code: "5",
      year_code: "9",
      series_title: "Paid leave",
      some_thing: "1",
      data_file_code: "2",
    });
  });

  test("are the same, whatever the order of the rows; of several rows with one ID, the last counts", async () => {
    const ids = Array.from({ length: 500 }, (_, index) => `S${(index * 7) % 500}`);
    const rows = ids.map((id) => `${id} \t01\tTitle of ${id}\n`);
    const text = `series_id\titem_code\tseries_title\n${rows.join("")}S7\t02\tThe last\n`;
    const names = await namesOf(text, { item: "item_code\titem_text\n01\tFood\n" });
    const found = await names.find([...ids, "S1234"]);
    expect(found.size).toBe(500);
    for (const id of ids.filter((each) => each !== "S7")) {
      expect(found.get(id)).toEqual({ item: "Food", title: `Title of ${id}` });
    }
    expect(found.get("S7")).toEqual({ item: "02", title: "The last" });
    for (const mostBytes of [1, 3000, 1 << 20]) {
      const sorted = Buffer.concat(
        await Array.fromAsync(sortedSeriesFile(textFile("series", text), mostBytes)),
      );
      const [, ...lines] = sorted.toString().trimEnd().split("\n");
      expect(lines.map((line) => line.split("\t")[0]?.trim())).toEqual([...new Set(ids)].sort());
    }
  });

  test("are read from a large file without keeping the file in memory", async () => {
    async function* chunks() {
      yield Buffer.from("series_id\tarea_code\tseries_title\n");
      for (let number = 100_000; number < 300_000; number += 1000) {
        const rows = Array.from({ length: 1000 }, (_, row) => {
          const id = number + row;
          return `OEUM001018000000${id}\t00${id % 500}\tAnnual mean wage for occupation ${id}, all establishments\n`;
        });
        yield Buffer.from(rows.join(""));
      }
    }
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const used = () => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = used();
    const names = await namesOf({ file: "oe.series", bytes: 20e6, open: async () => chunks() });
    const inOrder = names.inOrder();
    for (let id = 100_000; id < 300_000; id += 10) {
      const wanted = Buffer.from(`OEUM001018000000${id}`);
      while (inOrder.search(wanted, 0, wanted.length) === "more") await inOrder.load();
      if (inOrder.text(1) !== `Annual mean wage for occupation ${id}, all establishments`)
        throw new Error(`${id}`);
    }
    expect(used() - before).toBeLessThan(4e6);
    await inOrder.close();
  });

  test("are read from a small series file that is fetched only once", async () => {
    const opened: string[] = [];
    const names = await namesOf(textFile("series", "series_id\titem_code\nA\t1\n", 7, opened));
    await names.find(["A"]);
    await names.find(["A"]);
    expect(opened).toEqual(["series"]);
  });

  test("cannot be read if a row of the series file has fewer cells than the header, or no ID", async () => {
    const header = "series_id\titem_code\tfootnote_codes\n";
    for (const rows of ["A\t1\t\nB\t1\n", "A\t1\t\n\nB\t1\n", "B\t1\t\nA\t1\n"]) {
      const line = rows.includes("\n\n") ? 4 : 3;
      await expect(read(header + rows, {}, ["A", "B", "C"])).rejects.toThrow(
        `xx.series, line ${line}: 2 columns, but the header has 3`,
      );
    }
    await expect(read(`${header}A\t1\t\n \t2\t\n`, {})).rejects.toThrow("xx.series, line 3: no series_id");
    await expect(read("item_code\n1\n", {})).rejects.toThrow(
      "xx.series, line 1: the header has no column series_id",
    );
    await expect(read("", {})).rejects.toThrow("xx.series, line 1: the file is empty, without even a header");
  });

  test("do not need cells for columns without a name", async () => {
    const names = await read("series_id\titem_code\t\t\r\nA\t1\r\n", {});
    expect(names.of("A")).toEqual({ item: "1" });
  });
});

const real = fileURLToPath(new URL("../../../../../shared/data/bls/2025-02/pr/", import.meta.url));

describe.skipIf(!existsSync(real))("the real survey pr (skips without ../shared/data)", () => {
  test("has the expected names", async () => {
    const mapping = (name: string) => readFileSync(`${real}pr.${name}`);
    const mappings = ["sector", "class", "measure", "duration", "seasonal"].map((name) => [
      name,
      mapping(name),
    ]);
    const names = await namesOf(mapping("series"), Object.fromEntries(mappings));
    const found = await names.find(["PRS30006011"]);
    expect(names.columns).toEqual(["sector", "class", "measure", "duration", "seasonal"]);
    expect(found.get("PRS30006011")).toEqual({
      sector: "Manufacturing",
      class: "All workers",
      measure: "Employment",
      duration: "% Change same quarter 1 year ago",
      seasonal: "Seasonal Adjusted",
    });
  });
});
