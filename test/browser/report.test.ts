import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  bestYearsForTests,
  reportForTests,
  reportOf,
  revisionsForTests,
} from "@data-quest/core/report/page/report.test-support";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { visit } from "./visit.ts";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const SCHEMES = ["light", "dark"] as const;
const shownIds = (page: Page) =>
  page
    .locator("#series-table tbody tr:visible")
    .evaluateAll((rows) => rows.map((row) => row.querySelector("th")?.firstChild?.textContent?.trim() ?? ""));
const widthOf = (page: Page) => page.evaluate<number>("document.documentElement.scrollWidth");

describe("the table of all series", () => {
  const search = (page: Page) => page.getByRole("searchbox", { name: "Search: Table of all series" });
  const found = (page: Page) => page.locator("#all-series output").textContent();

  test("is searched by ID, name, and year: every word must match, and case is ignored", async () => {
    await visit(browser, reportForTests(), {}, async (page) => {
      expect(await shownIds(page)).toHaveLength(40);
      expect(await found(page)).toBe("40 of 40 series");
      await search(page).fill("30000007");
      expect(await shownIds(page)).toEqual(["PRS30000007"]);
      await search(page).fill("nonfarm 2001");
      expect(await shownIds(page)).toEqual(["PRS30000001"]);
      expect(await found(page)).toBe("1 of 40 series");
      // The last text joins the end of a year and the start of the sum in the next cell.
      for (const words of ["no such series", "30000007nonfarm", "0735,433"]) {
        await search(page).fill(words);
        expect(await found(page)).toBe("0 of 40 series");
      }
      await search(page).fill("");
      expect(await shownIds(page)).toHaveLength(40);
    });
  });

  test("is sorted by any column, numerically for numbers, by mouse and keyboard", async () => {
    await visit(browser, reportForTests(), {}, async (page) => {
      const column = (index: number) =>
        page
          .locator(`#series-table tbody td:nth-child(${index})`)
          .evaluateAll((cells) => cells.map((cell) => Number(cell.textContent?.replaceAll(",", ""))));
      const all = page.locator("#series-table");
      const sum = all.getByRole("button", { name: "Sum", exact: true });
      const header = all.getByRole("columnheader", { name: "Sum", exact: true });
      const before = await column(3);
      await sum.click();
      expect(await column(3)).toEqual(before.toSorted((a, b) => a - b));
      expect(await header.getAttribute("aria-sort")).toBe("ascending");
      await sum.focus();
      await page.keyboard.press("Enter");
      expect(await column(3)).toEqual(before.toSorted((a, b) => b - a));
      expect(await header.getAttribute("aria-sort")).toBe("descending");
      await all.getByRole("button", { name: "Series" }).click();
      expect(await column(3)).toEqual(before);
      expect(await header.getAttribute("aria-sort")).toBeNull();
    });
  });

  test("is visible without the script, but the search is hidden", async () => {
    await visit(browser, reportForTests(), { javaScriptEnabled: false }, async (page) => {
      expect(await page.locator("#series-table tbody tr:visible").count()).toBe(40);
      expect(await search(page).isVisible()).toBe(false);
      expect(await found(page)).toBe("40 series");
    });
  });

  test("shows the first thousand of many series, and finds all of them", async () => {
    const bestYears = bestYearsForTests(2000);
    await visit(browser, reportForTests({ bestYears }), {}, async (page) => {
      const firstShown = () =>
        page
          .locator("#series-table tbody tr:not([hidden]) th")
          .first()
          .evaluate((cell) => cell.firstChild?.textContent?.trim());
      expect(await found(page)).toBe("2,000 of 2,000 series, of which the first 1,000 are shown");
      expect(await page.locator("#series-table tbody tr:not([hidden])").count()).toBe(1000);
      await search(page).fill("30001999");
      expect(await found(page)).toBe("1 of 2,000 series");
      expect(await firstShown()).toBe("PRS30001999");
      await search(page).fill("");
      const bySum = page.locator("#series-table button").nth(2);
      await bySum.click();
      await bySum.click();
      const [largest] = bestYears.rows.toSorted((a, b) => Number(b.value) - Number(a.value));
      expect(await firstShown()).toBe(largest?.seriesId);
    });
  });
});

describe("every long table", () => {
  test("shows its number of rows and the name of its CSV file, and can be searched and sorted", async () => {
    await visit(browser, reportForTests({ revisions: revisionsForTests(30) }), {}, async (page) => {
      const tools = (section: string) => page.locator(`${section} .tools`);
      expect(await tools("#series").textContent()).toMatch(/20 of 20 years\s+population-by-year\.csv/);
      expect(await tools("#all-series").textContent()).toMatch(/40 of 40 series\s+best-years\.csv/);
      expect(await tools("#revisions").textContent()).toMatch(/30 of 30 series\s+revisions\.csv/);
      expect(await tools("#sources").textContent()).toContain("4 of 4 files");
      await page.getByRole("searchbox", { name: "Search: Table of PRS30006032 by year" }).fill("revised");
      expect(await tools("#series").textContent()).toContain("1 of 20 years");
      await page.locator("#revised-series").getByRole("button", { name: "Largest change" }).click();
      expect(await page.locator("#revised-series tbody td:nth-child(2)").allTextContents()).toEqual(
        Array.from({ length: 30 }, (_, index) => (30 - index) * (index % 3 === 0 ? -1 : 1))
          .sort((a, b) => a - b)
          .map((change) => `${change > 0 ? "+" : ""}${change}`),
      );
      await page.locator("#population summary").click();
      await page.locator("#population").getByRole("button", { name: "Population" }).click();
      await page.locator("#population").getByRole("button", { name: "Population" }).click();
      expect(await page.locator("#population tbody th").first().textContent()).toBe("2024");
    });
  });

  test("aligns decimal points, and sorts rows without a value after the others", async () => {
    const { seriesWithPopulation } = reportForTests();
    if (seriesWithPopulation === null) throw new Error("no series was chosen");
    const rows = ["1.5", "-12.25", "100", null].map((value, index) => ({
      year: 2020 + index,
      value,
      population: null,
      footnotes: "",
    }));
    const report = reportForTests({ seriesWithPopulation: { ...seriesWithPopulation, rows } });
    await visit(browser, report, {}, async (page) => {
      const cells = page.locator("#series tbody td:nth-child(2)");
      expect(await cells.allTextContents()).toEqual(["none", "100", "-12.25", "1.5"]);
      // The distance from the left edge of the page to the end of each value's integer part.
      const points = await cells.evaluateAll((all) =>
        all.slice(1).map((cell) => {
          const text = cell.firstChild;
          const range = cell.ownerDocument.createRange();
          if (text === null) return 0;
          range.setStart(text, 0);
          range.setEnd(text, (text.textContent ?? "").split(".")[0]?.length ?? 0);
          return Math.round(range.getBoundingClientRect().right);
        }),
      );
      expect(new Set(points).size).toBe(1);
      await page.locator("#series").getByRole("button", { name: "Value" }).click();
      expect(await cells.allTextContents()).toEqual(["-12.25", "1.5", "100", "none"]);
    });
  });
});

describe("every chart", () => {
  test("shows its values on hover", async () => {
    await visit(browser, reportForTests(), {}, async (page) => {
      const figures = page.locator("figure");
      expect(await figures.count()).toBe(5);
      for (const figure of await figures.all()) {
        const { width, height } = await figure
          .locator(".chart.wide")
          .evaluate((element) => element.getBoundingClientRect());
        await figure.locator(".chart.wide").hover({ position: { x: width / 2, y: height / 2 } });
        expect(await figure.locator("output").textContent()).toMatch(/^(PRS\S+ in )?20\d\d( Q02)?: .+/);
        expect(await figure.locator(".chart.wide .guide").getAttribute("visibility")).toBe("visible");
      }
    });
  });

  test("shows its values by keyboard, and announces them", async () => {
    await visit(browser, reportForTests(), { width: 390 }, async (page) => {
      const values = page.getByRole("slider", {
        name: "Values of the chart: Population of the United States",
      });
      const output = page.locator("#population output");
      // The values at the slider's position are shown before anyone uses it.
      expect(await output.textContent()).toBe("2024: 334,636,594 people");
      expect(await values.getAttribute("aria-valuetext")).toBe("2024: 334,636,594 people");
      await values.focus();
      expect(await output.textContent()).toBe("2024: 334,636,594 people");
      await page.keyboard.press("ArrowLeft");
      expect(await output.textContent()).toBe("2023: 332,536,594 people");
      expect(await values.getAttribute("aria-valuetext")).toBe("2023: 332,536,594 people");
      const change = page.getByRole("slider", { name: "Values of the chart: The largest changes" });
      await change.focus();
      expect(await change.getAttribute("aria-valuetext")).toBe(
        "PRS30000000 in 2024 Q02: 1.25 became -11.25 (-12)",
      );
    });
  });
});

describe("a reader of the page", () => {
  test.each([
    { colorScheme: "light", width: 1200 },
    { colorScheme: "dark", width: 390 },
  ] as const)(
    "finds no accessibility violations in the $colorScheme scheme at $width pixels",
    async (look) => {
      await visit(browser, reportForTests({ synthetic: true }), look, async (page) => {
        await page.locator("summary").evaluateAll((summaries) => {
          for (const summary of summaries) summary.parentElement?.setAttribute("open", "");
        });
        await page.evaluate(axe);
        const violations = await page.evaluate<string[]>(
          "axe.run().then((found) => found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)].join(' ')))",
        );
        expect(violations).toEqual([]);
      });
    },
  );

  test("gets the colors of the scheme, in charts too, with enough contrast", async () => {
    const papers: string[] = [];
    for (const colorScheme of SCHEMES) {
      await visit(browser, reportForTests(), { colorScheme }, async (page) => {
        papers.push(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor"));
        const ratios = await contrastsOfCharts(page);
        expect(ratios.length).toBe(5);
        for (const { texts, shapes } of ratios) {
          expect(texts.length).toBeGreaterThan(5);
          expect(Math.min(...texts)).toBeGreaterThanOrEqual(4.5);
          expect(shapes.length).toBeGreaterThan(0);
          expect(Math.min(...shapes)).toBeGreaterThanOrEqual(3);
        }
      });
    }
    expect(new Set(papers).size).toBe(2);
  });

  test("never has to scroll sideways on a phone, however long the names are", async () => {
    const long = reportOf(`Manufacturing-and-everything-else-${"that-has-a-name-".repeat(4)} of it`);
    for (const report of [reportForTests({ revisions: revisionsForTests(2000) }), long]) {
      await visit(browser, report, { width: 390 }, async (page) => {
        expect(await widthOf(page)).toBe(390);
        expect(await page.locator(".chart.narrow svg:visible").count()).toBe(5);
        expect(await page.locator(".chart.wide svg:visible").count()).toBe(0);
      });
    }
  });

  test("sees all figures of the long tables on a phone, however many digits they have", async () => {
    const bestYears = bestYearsForTests(40);
    const revisions = revisionsForTests(12);
    if (revisions.outcome !== "compared") throw new Error("the versions were not compared");
    const [first, ...rows] = revisions.rows;
    if (first === undefined) throw new Error("nothing was revised");
    const value = "-123456789012345678.123456";
    const { seriesId, names } = first;
    bestYears.rows.splice(1, 1, {
      seriesId,
      names,
      year: 2020,
      value,
      basis: "all",
      ties: [2021, 2022, 2023],
    });
    const largest = { ...first.largest, before: value, after: value, change: value };
    const report = reportForTests({
      bestYears,
      revisions: { ...revisions, rows: [{ ...first, largest }, ...rows] },
    });
    await visit(browser, report, { width: 390 }, async (page) => {
      for (const label of ["Table of all series", "Table of series with changed values"]) {
        const region = page.getByRole("region", { name: label });
        const { right } = await region.evaluate((element) => element.getBoundingClientRect());
        const cells = await region.locator("th, td").evaluateAll((all) =>
          all.map((cell) => ({
            text: cell.textContent,
            right: cell.getBoundingClientRect().right,
            cut: cell.scrollWidth - cell.clientWidth,
          })),
        );
        expect(cells.length).toBeGreaterThan(12 * 6);
        expect(cells.filter((cell) => cell.right > right || cell.cut > 0)).toEqual([]);
      }
      const headers = page.locator("#revised-series thead th");
      expect(await headers.nth(1).textContent()).toBe("Largest change");
      await page.getByRole("searchbox", { name: "Search: Table of all series" }).fill("30000007");
      expect(await shownIds(page)).toEqual(["PRS30000007"]);
    });
  });

  test("gets charts as images with a text alternative, and tables that scroll by keyboard", async () => {
    await visit(browser, reportForTests(), {}, async (page) => {
      expect(
        await page
          .getByRole("img", {
            name: "Population of the United States by year A line from 311.5 million in 2013",
          })
          .count(),
      ).toBe(1);
      const region = page.getByRole("region", { name: "Table of all series" });
      await region.focus();
      await page.keyboard.press("End");
      await expect.poll(() => region.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
    });
  });

  test("can print the page dark on white, within the page width, with at most 50 rows of a long table", async () => {
    const report = reportForTests({ bestYears: bestYearsForTests(1000), revisions: revisionsForTests(100) });
    // A4 with margins of 15 mm on both sides, at 96 pixels per inch.
    await visit(browser, report, { print: true, colorScheme: "dark", width: 680 }, async (page) => {
      expect(await widthOf(page)).toBe(680);
      const [color = "", ground = ""] = await page.evaluate<string[]>(
        "(({ color, backgroundColor }) => [color, backgroundColor])(getComputedStyle(document.body))",
      );
      expect(ground).toBe("rgb(255, 255, 255)");
      expect(contrast(color, ground)).toBeGreaterThan(7);
      for (const { texts } of await contrastsOfCharts(page)) expect(Math.min(...texts)).toBeGreaterThan(4.5);
      expect(await page.locator("#series-table tbody tr:visible").count()).toBe(50);
      const printed = page
        .getByText("Only the first 50 rows of this table are printed")
        .filter({ visible: true });
      expect(await printed.count()).toBe(2);
      expect(
        await page.locator("nav, .tools label, .values, details").filter({ visible: true }).count(),
      ).toBe(0);
      expect(await page.locator(".chart.wide svg:visible").count()).toBe(5);
    });
  });
});

describe("the page", () => {
  test("shows hostile data only as text", async () => {
    const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(2)><style>*{display:none}</style>`;
    await visit(browser, reportOf(hostile), {}, async (page) => {
      expect(await page.locator("h1 em").textContent()).toBe(hostile);
      expect(await page.locator("script, style, img").count()).toBe(2);
    });
  });

  test("blocks injected scripts, styles, and images", async () => {
    const refused = visit(browser, reportForTests(), {}, async (page) => {
      await page.locator("body").evaluate((body) => {
        const script = body.ownerDocument.createElement("script");
        script.textContent = "document.title = 'taken over'";
        body.append(script);
        body.setAttribute("style", "display: none");
        body.setAttribute("onclick", "document.title = 'taken over'");
        const image = body.ownerDocument.createElement("img");
        image.setAttribute("src", "https://example.com/pixel.png");
        body.append(image);
      });
      await page.locator("h1").click();
      expect(await page.title()).toMatch(
        /^pr: Major Sector .* and the U\.S\. population: report of 2026-06-04 13:00 UTC$/,
      );
    });
    await expect(refused).rejects.toThrow(/script-src.*style-src.*img-src/s);
  });
});

/** For each chart, the contrasts of its text and of its filled shapes with their background. */
async function contrastsOfCharts(page: Page): Promise<{ texts: number[]; shapes: number[] }[]> {
  const charts = await page.locator(".chart.wide svg").evaluateAll((svgs) =>
    svgs.map((svg) => {
      const styleOf = svg.ownerDocument.defaultView?.getComputedStyle ?? (() => undefined);
      const fills = (selector: string) =>
        [...svg.querySelectorAll(selector)]
          .filter((element) => element.closest("clipPath") === null)
          .map((element) => styleOf(element))
          .filter((style) => style?.fillOpacity !== "0")
          .map((style) => `${style?.fill}`);
      return {
        ground: `${styleOf(svg.closest("figure") ?? svg)?.backgroundColor}`,
        texts: fills("text"),
        shapes: fills("path, polygon, rect"),
      };
    }),
  );
  return charts.map(({ ground, texts, shapes }) => ({
    texts: texts.map((color) => contrast(color, ground)),
    // The band behind a line is partly transparent.
    shapes: shapes.filter((color) => /^rgb\(/.test(color)).map((color) => contrast(color, ground)),
  }));
}

/** The contrast ratio of two colors, as WCAG 2.2 defines it. */
function contrast(...colors: [string, string]): number {
  const luminances = colors.map((color) => {
    const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((channel) => {
      const share = Number(channel) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  return (Math.max(...luminances) + 0.05) / (Math.min(...luminances) + 0.05);
}
