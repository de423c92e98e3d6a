import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAPPING_FILES } from "./mapping-files.ts";
import { SYNTHETIC_MARK } from "./prose.ts";
import { sampleFiles, writeSample } from "./sample.ts";

const DATA = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));
const REAL = join(DATA, "bls/2025-02/pr");
const POPULATION = join(DATA, "population/tesseract-acs5-nation.json");

const files = sampleFiles();
const fileText = (name: string) => files.get(name) ?? "";
/** The fields of a file's lines below its header. */
const rows = (name: string) =>
  fileText(name)
    .split("\r\n")
    .slice(1, -1)
    .map((line) => line.split("\t"));

describe("on disk", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "sample-"));
    await writeSample(dir);
  });
  afterAll(() => rm(dir, { recursive: true }));

  test("are the two surveys' files, with the same bytes and times on every machine", async () => {
    const found: Record<string, string> = {};
    const names = (await readdir(dir, { recursive: true })).filter((name) => name.includes("."));
    for (const name of names.sort()) {
      const path = join(dir, name);
      const sha256 = createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
      found[name] = `${(await stat(path)).mtime.toISOString()} ${sha256.slice(0, 16)}`;
    }
    expect(found).toMatchInlineSnapshot(`
      {
        "cu/cu.base": "2025-03-06T13:30:00.000Z 6fd8377334974f86",
        "cu/cu.contacts": "2022-09-13T20:52:00.000Z 815dae7552fffe13",
        "cu/cu.data.0.Current": "2025-03-06T13:30:00.000Z e1cb3219945e62e7",
        "cu/cu.data.1.AllItems": "2025-03-06T13:30:00.000Z ebe0a47808f19f8f",
        "cu/cu.footnote": "2025-03-06T13:30:00.000Z aab84f633d49ac9a",
        "cu/cu.item": "2025-03-06T13:30:00.000Z e42d47bbf2a34ef5",
        "cu/cu.period": "2025-03-06T13:30:00.000Z ff38ed50442e929b",
        "cu/cu.periodicity": "2025-03-06T13:30:00.000Z f216b4a52d796e04",
        "cu/cu.place": "2025-03-06T13:30:00.000Z b2a6356db5ac2026",
        "cu/cu.seasonal": "2025-03-06T13:30:00.000Z 801baddf3511b8d9",
        "cu/cu.series": "2025-03-06T13:30:00.000Z a824f1c4efd05a5b",
        "cu/cu.txt": "2025-03-06T13:30:00.000Z b2d05275ee1ce48e",
        "pr/pr.class": "2025-03-06T13:30:00.000Z ed5e7641b5b99046",
        "pr/pr.contacts": "2022-09-13T20:52:00.000Z 815dae7552fffe13",
        "pr/pr.data.0.Current": "2025-03-06T13:30:00.000Z 2f3cb1ea9bd9a2d5",
        "pr/pr.data.1.AllData": "2025-03-06T13:30:00.000Z 1e5f559f69fb1ee9",
        "pr/pr.duration": "2025-03-06T13:30:00.000Z d1132a2ac0a27c12",
        "pr/pr.footnote": "2025-03-06T13:30:00.000Z 29f9274a6e9da7df",
        "pr/pr.measure": "2025-03-06T13:30:00.000Z 459c07d625b60430",
        "pr/pr.period": "2025-03-06T13:30:00.000Z 2a73359647de19a1",
        "pr/pr.seasonal": "2025-03-06T13:30:00.000Z 5ebe468ab3cbcfdd",
        "pr/pr.sector": "2025-03-06T13:30:00.000Z 1eaef7fb47ac5acc",
        "pr/pr.series": "2025-03-06T13:30:00.000Z 3c8547d2873ecba2",
        "pr/pr.txt": "2025-03-06T13:30:00.000Z 0e5e588536018049",
      }
    `);
  });

  test("a second write changes nothing", async () => {
    await writeSample(dir);
    expect(await readFile(join(dir, "pr/pr.series"), "utf8")).toBe(fileText("pr.series"));
  });
});

test("all lines end with CR LF, and the total size is below 600 KB", () => {
  for (const [name, text] of files) {
    expect(text, name).toMatch(/\r\n$/);
    expect(text.replaceAll("\r\n", ""), name).not.toMatch(/[\r\n]/);
    expect(/^[\x20-\x7e\t\r\n]*$/.test(text), name).toBe(true);
  }
  expect([...files.values()].join("").length).toBeLessThan(600_000);
});

test("a data file is padded like the files of BLS", () => {
  for (const name of ["pr.data.0.Current", "pr.data.1.AllData"]) {
    const [header, ...lines] = fileText(name).split("\r\n").slice(0, -1);
    expect(header).toBe("series_id        \tyear\tperiod\t       value\tfootnote_codes");
    const wrong = lines.filter(
      (line) => !/^PRS\d{8} {6}\t\d{4}\tQ0[1-5]\t(?= *-?[\d.]*\t)[ \d.-]{12}\tR?$/.test(line),
    );
    expect(wrong).toEqual([]);
  }
});

test("indexes have three decimal places, and changes have one", () => {
  for (const [id = "", , , value = ""] of rows("pr.data.1.AllData")) {
    if (value.trim() !== "-") expect(value, id).toMatch(id.trim().endsWith("3") ? /\d\.\d{3}$/ : /\d\.\d$/);
  }
});

test("the first quarters of PRS30006032 have the published values", () => {
  for (const name of ["pr.data.0.Current", "pr.data.1.AllData"]) {
    const published = rows(name).filter(
      ([id = "", year, period]) =>
        id.trim() === "PRS30006032" && period === "Q01" && Number(year) >= 2013 && Number(year) <= 2018,
    );
    expect(published.map(([, year, , value = ""]) => [year, value.trim()])).toEqual([
      ["2013", "0.5"],
      ["2014", "-0.1"],
      ["2015", "-1.7"],
      ["2016", "-1.4"],
      ["2017", "0.9"],
      ["2018", "0.5"],
    ]);
  }
});

test("the sample has a tie, a missing value, revised values, and annual averages without quarters", () => {
  const current = rows("pr.data.0.Current");
  const all = new Set(current.map(([id]) => id));
  const quarterly = new Set(current.filter(([, , period]) => period !== "Q05").map(([id]) => id));
  expect([all.size, all.size - quarterly.size]).toEqual([60, 6]);

  const tenths = new Map<string, number>();
  for (const [id = "", year = "", period, value = ""] of current) {
    if (id.trim() === "PRS84006092" && period !== "Q05") {
      tenths.set(year, (tenths.get(year) ?? 0) + Math.round(Number(value) * 10));
    }
  }
  const sums = [...tenths.values()].sort((a, b) => b - a);
  expect(sums[0]).toBe(sums[1]);

  expect(current.filter(([, , , value]) => value?.trim() === "-")).toHaveLength(1);
  const revised = current.filter(([, , , , footnotes]) => footnotes === "R");
  expect(revised.length).toBeGreaterThan(10);
  expect(new Set(revised.map(([, year, period]) => `${year} ${period}`))).toEqual(new Set(["2024 Q03"]));
});

test("pr.series says where each series starts and ends", () => {
  const spans = new Map<string, string[]>();
  for (const [id = "", year = "", period = ""] of rows("pr.data.1.AllData")) {
    const [begin = [year, period].join(" ")] = spans.get(id) ?? [];
    spans.set(id, [begin, `${year} ${period}`]);
  }
  const listed = rows("pr.series").map((fields) => [
    fields[0],
    [fields.slice(8, 10).join(" "), fields.slice(10).join(" ")],
  ]);
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(spans));
});

test("every code of a series is in the mapping file for that code", () => {
  const codes = (file: string) => (MAPPING_FILES[file] ?? []).slice(1).map(([code]) => code);
  for (const [id = "", sector, classCode, measure, duration, seasonal] of rows("pr.series")) {
    expect(id.trim()).toBe(`PR${seasonal}${sector}${classCode}${measure}${duration}`);
    expect(codes("pr.sector")).toContain(sector);
    expect(codes("pr.class")).toContain(classCode);
    expect(codes("pr.measure")).toContain(measure);
    expect(codes("pr.duration")).toContain(duration);
  }
});

test("cu has months, half-years, averages, and series without values", () => {
  const periods = new Map<string, Set<string>>();
  const values = new Map<string, string[]>();
  for (const [id = "", , period = "", value = ""] of rows("cu.data.0.Current")) {
    periods.set(id.trim(), (periods.get(id.trim()) ?? new Set()).add(period));
    values.set(id.trim(), [...(values.get(id.trim()) ?? []), value.trim()]);
  }
  const months = Array.from({ length: 12 }, (_, month) => `M${String(month + 1).padStart(2, "0")}`);
  const halves = ["S01", "S02", "S03"];
  expect(periods.get("CUSR0000SA0")).toEqual(new Set(months));
  expect(periods.get("CUUR0000SA0")).toEqual(new Set([...months, "M13", ...halves]));
  expect(periods.get("CUUS0000SA0")).toEqual(new Set(halves));
  const suppressed = [...values].filter(([, all]) => all.every((value) => value === "-"));
  expect(suppressed.map(([id]) => id)).toEqual(["CUUR0100SEHA", "CUURS49DSETB01"]);
  expect(rows("cu.data.0.Current").map(([, , , , footnotes]) => footnotes)).toContain("P");
});

test("the areas of cu are in a file that is not named after its column", () => {
  expect(fileText("cu.place")).toMatch(/^area_code\tarea_name\t/);
  expect(files.has("cu.area")).toBe(false);
  const known = new Set(rows("cu.place").map(([code]) => code));
  for (const [id, area] of rows("cu.series")) expect(known, id).toContain(area);
});

test("the text files say in their first line that the data is synthetic", () => {
  for (const name of ["pr.txt", "pr.contacts", "cu.txt", "cu.contacts"])
    expect(fileText(name).startsWith(SYNTHETIC_MARK)).toBe(true);
});

describe.skipIf(!existsSync(REAL))("compared with the real files (skips without ../shared/data)", () => {
  test("mapping files are identical", async () => {
    for (const name of Object.keys(MAPPING_FILES)) {
      expect(fileText(name), name).toBe(await readFile(join(REAL, name), "utf8"));
    }
  });

  test("all series IDs are real, and each series is quarterly or annual as in the real file", async () => {
    const realRows = (await readFile(join(REAL, "pr.data.0.Current"), "utf8"))
      .split("\r\n")
      .map((line) => line.split("\t"));
    const kinds = (lines: string[][]) => {
      const quarterly = new Set(lines.filter(([, , period]) => period !== "Q05").map(([id]) => id));
      return new Map(lines.map(([id = ""]) => [id, quarterly.has(id) ? "quarterly" : "annual"]));
    };
    const real = kinds(realRows);
    for (const [id, kind] of kinds(rows("pr.data.0.Current"))) expect([id, real.get(id)]).toEqual([id, kind]);
  });

  test("the bundled population is the real one", async () => {
    const bundled = await readFile(new URL("population-acs5-nation.json", import.meta.url), "utf8");
    expect(JSON.parse(bundled)).toEqual(JSON.parse(await readFile(POPULATION, "utf8")));
  });
});
