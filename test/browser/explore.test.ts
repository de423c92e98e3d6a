import { readFileSync } from "node:fs";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { NO_NAMES } from "@data-quest/core/bls-file/names";
import { parquetOfSeries } from "@data-quest/core/silver/series-list";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { type ConsoleBench, startConsoleBench } from "./console.test-support.ts";
import { axeFindings, pageWidth, visitConsole } from "./console-page.ts";
import { exploreLink } from "./explore-link.ts";

let browser: Browser;
let bench: ConsoleBench;
let link: string;

beforeAll(async () => {
  [browser, bench] = await Promise.all([launchChromium(), startConsoleBench()]);
  expect(await bench.ended(await bench.start({}))).toBe("SUCCEEDED");
  link = await exploreLink(browser, bench);
});
afterAll(async () => {
  await browser.close();
  await bench.close();
});

/** Opens Explore with the survey and this additional state. */
async function explore(
  state: string,
  use: (page: Page) => Promise<void>,
  options: Parameters<typeof visitConsole>[2] = {},
) {
  await visitConsole(browser, `${link}${state}`, options, use);
}

const found = (page: Page) => page.locator("#explore output").first();
const table = (page: Page) => page.getByRole("region", { name: "Table of observations" }).locator("tbody tr");
const hash = (page: Page) => decodeURIComponent(new URL(page.url()).hash);

const texts = (cells: Locator) => cells.allTextContents();
const isSorted = (values: readonly (string | number)[]) =>
  values.length > 6 && values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value);

async function downloaded(page: Page, name: string) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name }).click(),
  ]);
  return { file: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

/** Replaces the latest first-quarter value of a series, and runs the analysis. */
async function publish(series: string, value: string): Promise<void> {
  const { s3, buckets } = bench.services;
  const object = { Bucket: buckets.bronze, Key: "bls/pr/pr.data.0.Current" };
  const { Body, Metadata } = await s3.send(new GetObjectCommand(object));
  const lines = (await Body?.transformToString())?.split("\n") ?? [];
  const last = lines.findLastIndex((line) => line.startsWith(series) && line.includes("\tQ01\t"));
  lines[last] = lines[last]?.replace(/^((?:[^\t]*\t){3})[^\t]*/, `$1 ${value}`) ?? "";
  await s3.send(new PutObjectCommand({ ...object, Metadata, Body: lines.join("\n") }));
  expect(await bench.ended(await bench.start({ refresh: false }))).toBe("SUCCEEDED");
}

/** Writes a list with more series than a browser can hold, all of them with this best year. */
async function putLargeList(year: number): Promise<void> {
  function* series() {
    for (let number = 0; number < 200_001; number++)
      yield {
        seriesId: `ZZ${100_000_000 + number}`,
        year,
        value: "1",
        basis: "annual" as const,
        ties: [],
      };
  }
  const facts = { survey: "zz", name: null, dataFile: "zz.data.1.AllData", synthetic: true, footnotes: {} };
  const { s3, buckets } = bench.services;
  await s3.send(
    new PutObjectCommand({
      Bucket: buckets.silver,
      Key: "bls/zz/series.parquet",
      Body: Buffer.concat(await Array.fromAsync(parquetOfSeries(series(), NO_NAMES, facts))),
    }),
  );
}

/**
 * Keeps the thread of the page's worker busy, with a request that has no response yet. Returns a function
 * that sends the response.
 */
async function keepWorkerBusy(page: Page): Promise<() => Promise<void>> {
  const released = Promise.withResolvers<void>();
  await page.route("**/bls/held", async (route) => {
    await released.promise;
    await route.fulfill({ status: 204 });
  });
  const asked = page.waitForRequest("**/bls/held");
  const address = JSON.stringify(new URL("/bls/held", page.url()).href);
  const busy = page
    .workers()[0]
    ?.evaluate(`{ const held = new XMLHttpRequest(); held.open("GET", ${address}, false); held.send(); }`);
  await asked;
  return async () => {
    released.resolve();
    await busy;
  };
}

describe("Explore", () => {
  test("finds series by ID, name, and the survey's own columns, and its URL contains the search", async () => {
    await explore("", async (page) => {
      // The heading gets the survey's name once its files have been read.
      const heading = page.getByRole("heading", { level: 1 });
      await expect.poll(() => heading.textContent()).toBe("Explore Major Sector Productivity and Costs (pr)");
      await expect.poll(() => found(page).textContent()).toMatch(/^(\d+) of \1 series/);
      await page.getByRole("searchbox", { name: "ID or name" }).fill("30006032");
      const listed = async () => Number((await found(page).textContent())?.split(" ")[0]);
      await expect.poll(listed).toBe(1);
      await page.getByRole("searchbox", { name: "ID or name" }).fill("business hours");
      await expect.poll(listed).toBeGreaterThan(1);
      const before = await listed();
      await page.getByRole("combobox", { name: "Sector" }).selectOption("Nonfarm Business");
      await expect
        .poll(() => hash(page))
        .toBe("#survey=pr&search=business+hours&column.sector=Nonfarm+Business");
      await expect.poll(listed).toBeLessThan(before);
      const after = await listed();
      expect(after).toBeGreaterThan(0);
      await page.reload();
      await expect.poll(() => found(page).textContent()).toMatch(new RegExp(`^${after} of`));
      const csv = await downloaded(page, "CSV of these series");
      expect(csv.file).toBe("pr-series.csv");
      expect(csv.text.trim().split("\r\n")).toHaveLength(after + 1);
      expect(csv.text).toMatch(/^series_id,sector,/);
    });
  });

  test("sorts its tables by their column headers, with the keyboard too, and keeps the order in its URL", async () => {
    await explore("&series=PRS30006032,PRS30006033", async (page) => {
      const list = page.getByRole("region", { name: "Series found" });
      const headers = (name: string) => list.getByRole("columnheader", { name });
      await expect.poll(() => list.locator("tbody tr").count()).toBeGreaterThan(6);
      expect(await headers("Series").getAttribute("aria-sort")).toBe("ascending");
      const bestYears = async () => (await texts(list.locator("tbody td:last-child"))).filter(Boolean);
      await headers("Best year").getByRole("button").focus();
      await page.keyboard.press("Enter");
      await expect.poll(() => headers("Best year").getAttribute("aria-sort")).toBe("ascending");
      await expect.poll(async () => isSorted(await bestYears())).toBe(true);
      await page.keyboard.press("Space");
      await expect.poll(() => headers("Best year").getAttribute("aria-sort")).toBe("descending");
      await expect.poll(async () => isSorted((await bestYears()).toReversed())).toBe(true);
      expect(await headers("Series").getAttribute("aria-sort")).toBeNull();

      const observations = page.getByRole("region", { name: "Table of observations" });
      const value = observations.getByRole("columnheader", { name: "Value" });
      const values = () => texts(table(page).locator("td:nth-child(4)"));
      const inOrder = await values();
      await value.getByRole("button").click();
      await expect.poll(async () => isSorted((await values()).map(Number))).toBe(true);
      expect(new Set(await texts(table(page).locator("th")))).toEqual(
        new Set(["PRS30006032", "PRS30006033"]),
      );
      await value.getByRole("button").click();
      await expect.poll(async () => isSorted((await values()).map(Number).toReversed())).toBe(true);
      expect(hash(page)).toBe(
        "#survey=pr&sort=-best_year&series=PRS30006032,PRS30006033&sort-observations=-value",
      );
      await page.reload();
      await expect.poll(() => value.getAttribute("aria-sort")).toBe("descending");
      await expect.poll(() => headers("Best year").getAttribute("aria-sort")).toBe("descending");
      await value.getByRole("button").click();
      await expect.poll(values).toEqual(inOrder);
    });
  });

  test("reads and searches the list in a worker, so that the page stays responsive during a long search", async () => {
    await explore("&series=PRS30006032", async (page) => {
      // The page itself cannot read anything.
      await page.addInitScript("window.fetch = () => { throw new Error('The page itself sent a request'); }");
      await page.reload();
      await expect.poll(() => table(page).count()).toBeGreaterThan(20);
      await expect.poll(() => found(page).textContent()).toMatch(/^(\d+) of \1 series/);
      const before = await found(page).textContent();

      const release = await keepWorkerBusy(page);
      const search = page.getByRole("searchbox", { name: "ID or name" });
      await search.pressSequentially("30006032");
      expect(await search.inputValue()).toBe("30006032");
      expect(hash(page)).toContain("search=30006032");
      const slider = page.getByRole("slider", { name: "Values of the chart" });
      await slider.press("Home");
      await expect.poll(() => slider.inputValue()).toBe("0");
      expect(await found(page).textContent()).toBe(before);
      const list = page.getByRole("region", { name: "Series found" });
      expect(await list.getAttribute("aria-busy")).toBe("true");
      await release();
      await expect.poll(() => found(page).textContent()).toMatch(/^1 of/);
      await expect.poll(() => list.getAttribute("aria-busy")).toBe("false");
    });
  });

  test("draws a series from its link, with its best year, values, footnotes, and changes", async () => {
    await explore("&series=PRS30006032", async (page) => {
      await expect.poll(() => table(page).count()).toBeGreaterThan(20);
      await expect
        .poll(() => page.getByRole("img", { name: "One line per series (PRS30006032)" }).count())
        .toBe(1);
      const shown = page.locator(".chosen li");
      expect(await shown.textContent()).toMatch(/Best year: \d{4}, with a sum of [\d.-]+ from quarters/);
      expect(await shown.textContent()).toContain("Changes are differences in the unit of the series");
      expect(await page.locator("tr.best").count()).toBe(4);
      const bls = page.getByRole("link", { name: "PRS30006032 at data.bls.gov" });
      expect(await bls.getAttribute("href")).toBe("https://data.bls.gov/timeseries/PRS30006032");
      const rows = await table(page).evaluateAll((all) =>
        all.map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent ?? "")),
      );
      for (const [index, [, , period = "", value = "", change = ""]] of rows.entries()) {
        expect(period).toMatch(/^Q0[1-4]$/);
        expect(value).toMatch(/^-?\d+\.\d$/);
        const before = rows[index + 1];
        if (before === undefined) expect(change).toBe("");
        else expect(Number(change)).toBeCloseTo(Number(value) - Number(before[3]), 5);
      }
    });
  });

  test("shows the chart's values on hover and with the keyboard", async () => {
    await explore("&series=PRS30006032", async (page) => {
      const slider = page.getByRole("slider", { name: "Values of the chart" });
      await slider.focus();
      const spoken = () => slider.getAttribute("aria-valuetext");
      const output = () => page.locator("figure output").textContent();
      await expect.poll(spoken).toMatch(/^\d{4} Q0[1-4]: -?\d+\.\d$/);
      const last = await spoken();
      await page.keyboard.press("ArrowLeft");
      await expect.poll(spoken).not.toBe(last);
      const before = await spoken();
      await expect.poll(output).toBe(before);
      const plot = page.locator(".plot");
      const { width } = await plot.evaluate((element) => element.getBoundingClientRect());
      await plot.hover({ position: { x: width / 2, y: 80 } });
      await expect.poll(output).not.toBe(before);
      await expect.poll(() => page.locator(".guide-line").count()).toBe(1);
    });
  });

  test("compares up to five series, each on its own axis, in the chosen periods and years", async () => {
    await explore("", async (page) => {
      await expect.poll(() => page.getByRole("checkbox").count()).toBeGreaterThan(6);
      for (let index = 0; index < 5; index++) await page.getByRole("checkbox").nth(index).check();
      await expect.poll(() => page.getByRole("checkbox").nth(5).isDisabled()).toBe(true);
      await expect.poll(() => page.locator(".chosen li").count()).toBe(5);
      await expect.poll(() => hash(page).match(/PRS/g)?.length).toBe(5);
      await page.getByRole("combobox", { name: "Periods" }).selectOption("Q01");
      await expect.poll(() => hash(page)).toContain("periods=Q01");
      await page.getByRole("combobox", { name: "From" }).selectOption({ index: 2 });
      await expect.poll(() => hash(page)).toContain("from=");
      await page.goBack();
      await expect.poll(() => hash(page)).not.toContain("from=");
      expect(hash(page)).toContain("periods=Q01");
      await expect.poll(() => table(page).first().textContent()).toContain("Q01");
      const csv = await downloaded(page, "CSV of these observations");
      const [header, ...records] = csv.text.trim().split("\r\n");
      expect(header).toBe(
        "series_id,year,period,value,change_from_period,change_from_year,change_unit,footnotes",
      );
      expect(records.length).toBeGreaterThan(5);
      expect(records).toHaveLength(await table(page).count());
      expect(records.every((record) => /^PRS\d+,\d{4},Q01,/.test(record))).toBe(true);
      await page
        .getByRole("button", { name: /^Remove/ })
        .first()
        .click();
      await expect.poll(() => page.locator(".chosen li").count()).toBe(4);
    });
  });

  test.each([
    { colorScheme: "light", viewport: { width: 1200, height: 900 } },
    { colorScheme: "dark", viewport: { width: 390, height: 800 } },
  ] as const)("passes axe's checks and fits the page: %j", async (look) => {
    await explore(
      "&series=PRS30006032,PRS30006033",
      async (page) => {
        await expect.poll(() => table(page).count()).toBeGreaterThan(20);
        await expect.poll(() => page.locator("figure svg").count()).toBe(2);
        expect(await axeFindings(page)).toEqual([]);
        expect(await pageWidth(page)).toBe(look.viewport.width);
      },
      look,
    );
  });

  test("prints the series shown but not the search, and says that a long table is truncated", async () => {
    await explore("&series=PRS30006032,PRS30006033", async (page) => {
      await expect.poll(() => table(page).count()).toBeGreaterThan(50);
      await page.emulateMedia({ media: "print" });
      expect(await page.locator("figure svg:visible").count()).toBe(1);
      expect(await table(page).filter({ visible: true }).count()).toBe(50);
      expect(await page.getByText("Only the first 50 observations are printed.").isVisible()).toBe(true);
      expect(await page.getByRole("region", { name: "Series found" }).isVisible()).toBe(false);
    });
  });

  test("searches by ID prefix if a survey has more series than a browser can hold, and says so", async () => {
    await putLargeList(2020);
    await explore("", async (page) => {
      await page.goto(page.url().replace("survey=pr", "survey=zz&search=zz1001999"));
      await expect.poll(() => found(page).textContent()).toBe("100 series found");
      expect(await page.getByText("This survey has 200,001 series, more than 200,000").count()).toBe(1);
      expect(await page.getByRole("checkbox").first().getAttribute("aria-label")).toBe("Show ZZ100199900");
      await page.getByRole("searchbox", { name: "Beginning of the ID" }).fill("ZZ1001");
      await expect
        .poll(() => found(page).textContent())
        .toBe("The first 200 found; enter more of the ID to find others");
      // A list that contains only the first 200 series found cannot be sorted.
      const list = page.getByRole("region", { name: "Series found" });
      expect(await list.getByRole("columnheader").getByRole("button").count()).toBe(0);
      await page.goto(page.url().replace("search=ZZ1001", "search=ZZ1001&sort=-series"));
      await page.reload();
      await expect
        .poll(() => found(page).textContent())
        .toBe("The first 200 found; enter more of the ID to find others");
      expect(await page.getByRole("checkbox").first().getAttribute("aria-label")).toBe("Show ZZ100100000");

      await putLargeList(2021);
      await page.getByRole("searchbox", { name: "Beginning of the ID" }).fill("ZZ1000001");
      await expect.poll(() => found(page).textContent()).toBe("100 series found");
      await expect.poll(() => list.getByRole("cell", { name: "2021" }).count()).toBe(100);
      expect(await page.getByText("A run replaced the data of this survey").count()).toBe(1);
    });
  });

  test("shows new data automatically after a run, keeps its state, and says that the data was replaced", async () => {
    await explore("&series=PRS30006032&periods=Q01&sort-observations=value", async (page) => {
      const value = (text: string) => table(page).getByRole("cell", { name: text, exact: true });
      const note = page.getByText("A run replaced the data of this survey while the page was open.");
      await expect.poll(() => table(page).count()).toBeGreaterThan(5);
      expect(await note.count()).toBe(0);

      await publish("PRS30006032", "987.1");
      await page.evaluate('dispatchEvent(new Event("focus"))');
      await expect.poll(() => value("987.1").count()).toBe(1);
      expect(await note.count()).toBe(1);
      expect(hash(page)).toBe("#survey=pr&series=PRS30006032&periods=Q01&sort-observations=value");

      await publish("PRS30006032", "987.2");
      await page.getByRole("checkbox", { name: "Show PRS30006033" }).check();
      await expect.poll(() => page.locator(".chosen li").count()).toBe(2);
      await expect.poll(() => value("987.2").count()).toBe(1);
      expect(await page.getByRole("alert").count()).toBe(0);
    });
  });

  test("says that a survey has no list of series or lacks the selected series, and links to the existing surveys", async () => {
    const allowed = /404/;
    await explore(
      "",
      async (page) => {
        await page.goto(page.url().replace("survey=pr", "survey=yy"));
        await expect
          .poll(() => page.getByRole("alert").textContent())
          .toBe("There is no list of the series of yy yet. The next run of the survey writes it.");
        await page.goto(page.url().replace("survey=yy", "survey=pr&series=PRS00000000"));
        await expect
          .poll(() =>
            page.getByText("The data file pr.data.0.Current does not have the selected series.").count(),
          )
          .toBe(1);
        await page.getByRole("link", { name: "All surveys" }).click();
        await page.getByRole("link", { name: "Major Sector Productivity and Costs (pr)" }).click();
        await expect.poll(() => found(page).textContent()).toMatch(/^(\d+) of \1 series/);
      },
      { allowed },
    );
  });
});

describe("the origin of Explore", () => {
  test("serves ranges of Parquet files, but nothing else from Silver or Bronze, and serves only signed-in browsers", async () => {
    await explore(
      "",
      async (page) => {
        const ask = (path: string, range?: string) =>
          page.evaluate<[number, number], [string, string | undefined]>(
            async ([address, given]) => {
              const answer = await fetch(address, given === undefined ? {} : { headers: { range: given } });
              return [answer.status, (await answer.arrayBuffer()).byteLength] as const as [number, number];
            },
            [path, range],
          );
        expect(await ask("/bls/pr/series.parquet", "bytes=-8")).toEqual([206, 8]);
        expect(await ask("/bls/pr/series.parquet", "bytes=0-3")).toEqual([206, 4]);
        expect((await ask("/bls/pr/series.parquet", "bytes=999999999-"))[0]).toBe(416);
        expect((await ask("/bls/pr/pr.series"))[0]).toBe(404);
        expect((await ask("/audit/x"))[0]).toBe(404);
      },
      { allowed: /404|416/ },
    );
    const { origin } = new URL(link);
    for (const path of ["/reports/explore.html", "/bls/pr/series.parquet"])
      expect((await fetch(origin + path)).status).toBe(401);
  });
});
