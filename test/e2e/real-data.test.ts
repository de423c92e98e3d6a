import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actionsOf, answersOf, BRONZE, GOLD, type Laptop, openLaptop } from "./laptop.ts";
import { quest } from "./quest.ts";

const shared = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const february = join(shared, "bls/2025-02/pr");
const may = join(shared, "bls/2026-05/pr");
const june = join(shared, "bls/2026-06/pr/pr.data.0.Current");
const population = (name: string) => join(shared, "population", name);

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const bestYears = async (laptop: Laptop) =>
  (await laptop.read(GOLD, "reports/pr/latest/best-years.csv")).toString().trim().split("\r\n");

describe.skipIf(!existsSync(shared))("the real files of the survey pr (skips without ../shared/data)", () => {
  let laptop: Laptop;

  beforeAll(async () => {
    laptop = await openLaptop({ population: population("tesseract-acs5-nation.json") });
  });
  afterAll(() => laptop.close());

  test("February 2025: twelve files created, byte for byte, and the known answers", async () => {
    await laptop.publishFolder(february, "pr");
    const outcome = await laptop.run();
    const answers = answersOf(outcome);
    const actions = actionsOf(await laptop.history(outcome.executionArn));
    expect([...actions.values()]).toEqual(Array(12).fill("created"));
    for (const name of readdirSync(february))
      expect(sha256(await laptop.read(BRONZE, `bls/pr/${name}`))).toBe(
        sha256(readFileSync(join(february, name))),
      );
    expect(answers.population).toMatchObject({ mean: 317437383, years: [2013, 2018] });
    expect(answers.population.standardDeviation).toBeCloseTo(4257089.5415293295, 6);
    expect(answers.bestYears).toMatchObject({ series: 282, byBasis: { quarters: 237, annual: 45 } });
    const lines = await bestYears(laptop);
    expect(lines).toHaveLength(283);
    expect(lines.filter((line) => /^[^,]*,\d+,[^,]*,annual,/.test(line))).toHaveLength(45);
    for (const row of ["PRS30006011,2022,16.4,", "PRS30006012,2022,13.0,", "PRS30006013,1998,563.297,"])
      expect(lines.some((line) => line.startsWith(row))).toBe(true);
    expect(lines.find((line) => line.startsWith("PRS84006142"))).toMatch(
      /^PRS84006142,2021,28\.5,quarters,2022,/,
    );
  });

  test("February 2025 again: nothing is uploaded, and only the listing is requested from BLS", async () => {
    laptop.replica.requests.length = 0;
    laptop.s3Requests.length = 0;
    const outcome = await laptop.run();
    const actions = actionsOf(await laptop.history(outcome.executionArn));
    expect([...actions.values()]).toEqual(Array(12).fill("unchanged"));
    expect(laptop.replica.requests.map(({ path }) => path)).toEqual(["/pub/time.series/pr/", "/population"]);
    const writes = laptop.s3Requests.filter(
      ({ operation, bucket }) => bucket === BRONZE && !/^(Get|Head|List)/.test(operation),
    );
    expect(writes).toEqual([]);
  });

  test("a listing that lacks eleven files is refused, and nothing is removed", async () => {
    const other = await openLaptop();
    await other.publishFolder(february, "pr");
    answersOf(await other.run());
    for (const name of readdirSync(february))
      if (name !== "pr.data.0.Current") await other.unpublish(`pr/${name}`);
    await other.publish(
      "pr/pr.data.0.Current",
      readFileSync(join(may, "pr.data.0.Current")),
      new Date("2026-05-07T12:30:00Z"),
    );
    const before = await other.keys(BRONZE);
    const outcome = await other.run();
    expect(outcome).toMatchObject({ status: "FAILED", error: "ListingNotBelievable" });
    expect(outcome.cause).toContain("11 of the 12 stored files");
    expect(await other.keys(BRONZE)).toEqual(before);
    await other.close();
  });

  test("May 2026: one file updated and uploaded, eleven unchanged", async () => {
    await laptop.publish(
      "pr/pr.data.0.Current",
      readFileSync(join(may, "pr.data.0.Current")),
      new Date("2026-05-07T12:30:00Z"),
    );
    laptop.s3Requests.length = 0;
    const outcome = await laptop.run();
    answersOf(outcome);
    const actions = actionsOf(await laptop.history(outcome.executionArn));
    expect(actions.get("bls/pr/pr.data.0.Current")).toBe("updated");
    expect([...actions.values()].filter((action) => action === "unchanged")).toHaveLength(11);
    const puts = laptop.s3Requests.filter(
      ({ operation, bucket }) => bucket === BRONZE && operation === "PutObject",
    );
    expect(puts.map(({ key }) => key)).toEqual(["bls/pr/pr.data.0.Current"]);
  });

  test("June 2026: PRS30006032 has its revised values, and the answers with LF and with CRLF are the same", async () => {
    const lf = readFileSync(june, "latin1");
    await laptop.publish("pr/pr.data.0.Current", Buffer.from(lf, "latin1"), new Date("2026-06-04T12:30:00Z"));
    const first = answersOf(await laptop.run());
    const lines = await bestYears(laptop);
    expect(lines.some((line) => line.startsWith("PRS30006013,1998,564.713,"))).toBe(true);
    const values = first.seriesWithPopulation?.rows.filter(({ year }) => year >= 2013 && year <= 2018);
    expect(values?.map(({ value }) => value)).toEqual(["0.5", "-0.1", "-1.7", "-1.4", "0.9", "0.5"]);

    const crlf = lf.replaceAll("\n", "\r\n");
    await laptop.publish(
      "pr/pr.data.0.Current",
      Buffer.from(crlf, "latin1"),
      new Date("2026-06-05T12:30:00Z"),
    );
    const second = answersOf(await laptop.run());
    expect(await bestYears(laptop)).toEqual(lines);
    expect(second.bestYears).toEqual(first.bestYears);
    expect(second.seriesWithPopulation).toEqual(first.seriesWithPopulation);
  });

  test("quest best-years answers the second question for a single file", async () => {
    const { code, stdout } = await quest([
      "best-years",
      join(february, "pr.data.0.Current"),
      "--format",
      "csv",
    ]);
    expect(code).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines[0]).toBe("series_id,year,value,basis,ties");
    expect(lines).toHaveLength(283);
    expect(lines).toContain("PRS84006142,2021,28.5,quarters,2022");
  });
});

describe.skipIf(!existsSync(shared))("the real responses of DataUSA (skips without ../shared/data)", () => {
  const folder = mkdtempSync(join(tmpdir(), "data-quest-population-"));
  const served = join(folder, "population.json");
  let laptop: Laptop;

  beforeAll(async () => {
    laptop = await openLaptop({ population: served });
    await laptop.publishFolder(february, "pr");
  });
  afterAll(async () => {
    await laptop.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    ["legacy-api-data-nation.json", 317437383, 4257089.5415293295],
    ["tesseract-acs1-nation.json", 322069808, 4158441.040908095],
  ])("%s gives its known mean and standard deviation", async (name, mean, standardDeviation) => {
    copyFileSync(population(name), served);
    const answers = answersOf(await laptop.run());
    expect(answers.population.mean).toBe(mean);
    expect(answers.population.standardDeviation).toBeCloseTo(standardDeviation, 6);
  });

  test("a response broken down by state is refused, and the error says what was expected", async () => {
    copyFileSync(population("tesseract-acs5-state-2026-05.json"), served);
    const outcome = await laptop.run();
    expect(outcome).toMatchObject({ status: "FAILED", error: "PopulationShapeChanged" });
    expect(outcome.cause).toMatch(/one row per year with Nation \(United States\)/);
  });
});
