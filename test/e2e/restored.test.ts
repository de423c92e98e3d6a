import { Report } from "@data-quest/core/report/report";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answersOf, BRONZE, GOLD, type Laptop, openLaptop } from "./laptop.ts";
import { type Finished, quest } from "./quest.ts";

const KEY = "bls/pr/pr.data.0.Current";
const dataFile = (...values: string[]) =>
  [
    "series_id\tyear\tperiod\tvalue\tfootnote_codes",
    ...values.map((value, index) => `PRS30006032\t${2013 + index}\tQ01\t${value}\t`),
  ]
    .map((line) => `${line}\r\n`)
    .join("");

let laptop: Laptop;
beforeAll(async () => {
  laptop = await openLaptop();
});
afterAll(() => laptop.close());

const report = async () =>
  Report.parse(JSON.parse(String(await laptop.read(GOLD, "reports/pr/latest/report.json"))));
const page = async () =>
  String(await laptop.read(GOLD, "reports/pr/latest/index.html"))
    .replace(/<(style|script)>.*?<\/\1>|<[^>]*>/gs, " ")
    .replace(/\s+/g, " ");
const local = (...args: string[]): Promise<Finished> => quest([...args, "--state-dir", laptop.stateDir]);
const terminal = async () => (await local("report")).stdout;

/** Runs the workflow, checks that the output and report agree, and returns the counts and causes of the changes. */
async function changesOf(input: Record<string, unknown> = {}) {
  const { revisions } = answersOf(await laptop.run(input));
  const written = (await report()).revisions;
  if (revisions === null || written.outcome !== "compared") throw new Error("nothing was compared");
  expect(revisions).toMatchObject({
    changed: written.changed,
    causes: written.causes.map(({ cause }) => cause),
  });
  const { changed, added, dropped, causes } = written;
  return { changed, added, dropped, causes };
}

test("a report attributes changes to BLS, to a restored version, and to an accepted source", async () => {
  await laptop.publish("pr/pr.data.0.Current", dataFile("1", "2", "3"));
  const first = answersOf(await laptop.run()).lineage.find(({ key }) => key === KEY)?.versionId ?? "";
  await laptop.publish(
    "pr/pr.data.0.Current",
    dataFile("1.5", "2.5", "3", "4"),
    new Date("2026-03-05T13:30:00Z"),
  );
  const published = {
    changed: 2,
    added: 1,
    dropped: 0,
    causes: [{ key: KEY, cause: "published", restoredFrom: null }],
  };
  expect(await changesOf()).toEqual(published);
  expect(await page()).toContain("Cause: BLS published a new version.");
  expect((await report()).heldFiles).toEqual([]);

  expect(await local("restore", "pr.data.0.Current", "--version", first)).toMatchObject({ code: 0 });
  const restored = {
    changed: 2,
    added: 0,
    dropped: 1,
    causes: [{ key: KEY, cause: "restored", restoredFrom: first }],
  };
  expect(await changesOf()).toEqual(restored);
  const { heldFiles, lineage } = await report();
  expect(heldFiles).toEqual([
    {
      key: KEY,
      versionId: lineage.find(({ key }) => key === KEY)?.versionId,
      reason: expect.stringContaining("the source differs"),
      storedAt: expect.any(String),
      origin: "restored",
      restoredFrom: first,
      tag: "restored",
    },
  ]);
  const held = await page();
  expect(held).toContain(`an operator restored it from version ${first} ( quest restore )`);
  expect(held).toContain(
    "An operator restored an earlier version (quest restore): BLS did not publish these changes.",
  );
  const [newest = "", releases = ""] = held.split("All releases");
  expect(newest).not.toMatch(/BLS (published|revised)/);
  expect(releases).toMatch(/An operator restored .* BLS published a new version\. .* The oldest version/);
  const shown = await terminal();
  expect(shown).toContain(
    "2 values of 1 series changed; 0 new, 1 dropped\n   An operator restored an earlier version",
  );
  expect(shown).not.toMatch(/BLS (published|revised)/);

  // In a run that does not contact the source, the version still counts as the operator's.
  answersOf(await laptop.run({ refresh: false, analysis: { years: [2013, 2014] } }));
  expect((await report()).heldFiles).toMatchObject([{ key: KEY, origin: "restored" }]);

  const accepted = {
    changed: 2,
    added: 1,
    dropped: 0,
    causes: [{ key: KEY, cause: "accepted", restoredFrom: null }],
  };
  expect(await changesOf({ acceptSource: [KEY] })).toEqual(accepted);
  expect((await report()).heldFiles).toEqual([]);
  const after = await page();
  expect(after).toContain(
    "Cause: An operator accepted the source's version in place of an operator's version".replaceAll(
      "'",
      "&#39;",
    ),
  );
  expect(after.split("All releases")[0]).not.toContain("BLS published a new version");
  expect(await terminal()).toContain("   An operator accepted the source's version");
  expect(await terminal()).toMatch(
    /All releases\n {3}4 releases since \d{4}-\d\d-\d\d; the page lists what each one changed$/m,
  );

  await laptop.publish(
    "pr/pr.data.0.Current",
    dataFile("1.5", "2.5", "3.5", "4"),
    new Date("2026-06-04T12:30:00Z"),
  );
  expect(await changesOf()).toMatchObject({ changed: 1, added: 0, dropped: 0, causes: published.causes });
  expect((await laptop.keys(BRONZE)).filter((key) => key === KEY)).toHaveLength(1);
});
