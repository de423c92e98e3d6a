import { readFileSync } from "node:fs";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { type ConsoleBench, startConsoleBench } from "./console.test-support.ts";
import { axeFindings, pageWidth, visitConsole } from "./console-page.ts";
import { exploreLink } from "./explore-link.ts";

const KEY = "bls/pr/pr.data.0.Current";
/** The sample's values in these quarters are replaced, twice. */
const QUARTER = /^(PRS30006032\s+2016\s+Q02\s+)\S+/m;
const EARLIER = /^(PRS30006033\s+2014\s+Q03\s+)\S+/m;
const LATER = /^(PRS30006033\s+2018\s+Q01\s+)\S+/m;

let browser: Browser;
let bench: ConsoleBench;
let link: string;

beforeAll(async () => {
  [browser, bench] = await Promise.all([launchChromium(), startConsoleBench()]);
  expect(await bench.ended(await bench.start({}))).toBe("SUCCEEDED");
  for (const values of [
    ["7.25", "50.5", "-90"],
    ["7.1", "50.0", "-91.5"],
  ]) {
    await putDataFile(values);
    expect(await bench.ended(await bench.start({ refresh: false }))).toBe("SUCCEEDED");
  }
  link = await exploreLink(browser, bench);
});
afterAll(async () => {
  await browser.close();
  await bench.close();
});

/** Puts a version into Bronze as an operator would. */
async function putDataFile([value, earlier, later]: readonly string[]): Promise<void> {
  const { s3, buckets } = bench.services;
  const body = await s3.send(new GetObjectCommand({ Bucket: buckets.bronze, Key: KEY }));
  const text = (await body.Body?.transformToString()) ?? "";
  for (const quarter of [QUARTER, EARLIER, LATER]) expect(text).toMatch(quarter);
  const Body = text
    .replace(QUARTER, `$1${value}`)
    .replace(EARLIER, `$1${earlier}`)
    .replace(LATER, `$1${later}`);
  await s3.send(
    new PutObjectCommand({ Bucket: buckets.bronze, Key: KEY, Body, Metadata: { synthetic: "true" } }),
  );
}

async function explore(
  state: string,
  use: (page: Page) => Promise<void>,
  options: Parameters<typeof visitConsole>[2] = {},
) {
  await visitConsole(browser, `${link}${state}`, options, use);
}

const revisions = (page: Page) =>
  page.getByRole("region", { name: "Table of revisions" }).locator("tbody tr");

describe("Explore", () => {
  test("shows the first value of an observation, each revision with its date, and the total change", async () => {
    await explore("&series=PRS30006032", async (page) => {
      await expect.poll(() => revisions(page).count()).toBe(1);
      const cells = await revisions(page)
        .locator("th, td")
        .evaluateAll((all) => all.map((cell) => (cell.textContent ?? "").trim()));
      const [id, year, period, first = "", since, list = "", now, change = ""] = cells;
      expect([id, year, period, now]).toEqual(["PRS30006032", "2016", "Q02", "7.10"]);
      expect(since).toMatch(/^\d{4}-\d\d-\d\d or before$/);
      expect(list).toMatch(
        /^\d{4}-\d\d-\d\d: 7\.25 \([+-][\d.]+\), from an operator\d{4}-\d\d-\d\d: 7\.10 \(-0\.15\), from an operator$/,
      );
      expect(Number(change)).toBeCloseTo(7.1 - Number(first), 5);
      expect(await page.getByText(/in the 3 releases of pr\.data\.0\.Current since/).count()).toBe(1);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "CSV of these revisions" }).click(),
      ]);
      expect(download.suggestedFilename()).toBe("PRS30006032-revisions.csv");
      const csv = readFileSync(await download.path(), "utf8")
        .trim()
        .split("\r\n");
      expect(csv).toHaveLength(3);
      expect(csv[2]).toMatch(/,changed,7\.25,7\.10,/);
    });
  });

  test("sorts the revisions by any column, and keeps the order in the URL", async () => {
    await explore("&series=PRS30006032,PRS30006033", async (page) => {
      await expect.poll(() => revisions(page).count()).toBe(3);
      const order = () =>
        revisions(page).evaluateAll((rows) =>
          rows.map((row) => [...row.children].map(({ textContent }) => (textContent ?? "").trim())),
        );
      const header = (name: string) =>
        page.getByRole("region", { name: "Table of revisions" }).getByRole("button", { name, exact: true });
      const initial = await order();
      for (const [name, cell, key] of [
        ["Year", 1, "year"],
        ["Value now", 6, "value_now"],
        ["Total change", 7, "change"],
      ] as const) {
        const sorted = initial.toSorted((a, b) => Number(a[cell]) - Number(b[cell]));
        expect(new Set(sorted.map((row) => row[cell])).size, name).toBe(3);
        await header(name).click();
        await expect.poll(order).toEqual(sorted);
        await header(name).click();
        await expect.poll(order).toEqual(sorted.toReversed());
        expect(new URL(page.url()).hash).toContain(`&sort-revisions=-${key}`);
      }
      await page.reload();
      await expect.poll(() => revisions(page).count()).toBe(3);
      expect(await order()).toEqual(initial.toSorted((a, b) => Number(b[7]) - Number(a[7])));
      await header("Total change").click();
      await expect.poll(order).toEqual(initial);
    });
  });

  test("shows only the revisions of the chosen years, and says so if there are none", async () => {
    await explore("&series=PRS30006032&from=2017", async (page) => {
      await expect
        .poll(() => page.getByText("None of the observations shown were added, changed, or dropped").count())
        .toBe(1);
      expect(await revisions(page).count()).toBe(0);
    });
  });

  test.each([
    { colorScheme: "light", viewport: { width: 1200, height: 900 } },
    { colorScheme: "dark", viewport: { width: 390, height: 800 } },
  ] as const)("passes axe's checks and fits the page when it shows revisions: %j", async (look) => {
    await explore(
      "&series=PRS30006032",
      async (page) => {
        await expect.poll(() => revisions(page).count()).toBe(1);
        expect(await axeFindings(page)).toEqual([]);
        expect(await pageWidth(page)).toBe(look.viewport.width);
      },
      look,
    );
  });
});
