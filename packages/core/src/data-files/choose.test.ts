import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { knownSurveys } from "../surveys.ts";
import { chooseDataFiles, describeChoice } from "./choose.ts";

const listed = (...paths: string[]) => paths.map((path, index) => ({ path, bytes: 100 + index }));

describe("the data file of a survey", () => {
  test.each([
    [["xx.data.1.AllData", "xx.data.0.Current", "xx.data.2.Other"], ["xx.data.0.Current"], "name"],
    [["xx.data.1.AllData", "xx.data.2.Other", "xx.data.0.CurrentU"], ["xx.data.1.AllData"], "name"],
    [["xx.data.0.AllCESSeries", "xx.data.01a.CurrentSeasAE"], ["xx.data.0.AllCESSeries"], "name"],
    [
      ["xx.data.10.B", "xx.data.2.A", "xx.data.type", "xx.data.Goog", "xx.series", "xx.data.02b.C"],
      ["xx.data.2.A", "xx.data.02b.C", "xx.data.10.B"],
      "merge",
    ],
    [["xx.data.3.Only", "xx.data.type"], ["xx.data.3.Only"], "name"],
    [
      ["xx.data.0.AllDataOld", "xx.data.1.NotAllData"],
      ["xx.data.0.AllDataOld", "xx.data.1.NotAllData"],
      "merge",
    ],
    [["old/xx.data.0.Current", "xx.data.1.AllData"], ["xx.data.1.AllData"], "name"],
  ])("among %j is %j, by %s", (paths, dataFile, chosenBy) => {
    expect(chooseDataFiles("xx", listed(...paths), {})).toMatchObject({ dataFile, chosenBy });
  });

  test("is what the input specifies, or else what the stage's settings specify, one file or several", () => {
    const files = listed("xx.data.0.Current", "xx.data.1.A", "xx.data.2.B");
    const stage = { dataFile: "xx.data.1.A", knownConflicts: ["XXA"] };
    expect(chooseDataFiles("xx", files, {}, stage)).toEqual({
      dataFile: ["xx.data.1.A"],
      chosenBy: "settings",
      largerFile: null,
      knownConflicts: ["XXA"],
    });
    const asked = { dataFile: ["xx.data.2.B", "xx.data.1.A", "xx.data.2.B"] };
    expect(chooseDataFiles("xx", files, asked, stage)).toMatchObject({
      dataFile: ["xx.data.2.B", "xx.data.1.A"],
      chosenBy: "input",
    });
    expect(() => chooseDataFiles("xx", files, { dataFile: "xx.data.9.None" })).toThrow(
      "The survey xx has no file xx.data.9.None. Set analysis.dataFile to one or more of these: xx.data.0.Current, xx.data.1.A, xx.data.2.B",
    );
  });

  test("is chosen over a larger file with all data, and the larger file is mentioned", () => {
    const files = [
      { path: "xx.data.0.Current", bytes: 10 },
      { path: "xx.data.1.AllData", bytes: 11 },
    ];
    expect(chooseDataFiles("xx", files, {}).largerFile).toEqual({ path: "xx.data.1.AllData", bytes: 11 });
    expect(chooseDataFiles("xx", files, { dataFile: "xx.data.1.AllData" }).largerFile).toBeNull();
    const same = files.map(({ path }) => ({ path, bytes: 10 }));
    expect(chooseDataFiles("xx", same, {}).largerFile).toBeNull();
  });

  test("cannot be chosen if there is nothing to choose from", () => {
    expect(() => chooseDataFiles("nl", listed("nl.txt", "nl.data.type"), {})).toThrow(
      "The survey nl has no data file: none of its 2 files is named nl.data.<number>.<name>",
    );
    expect(() => chooseDataFiles("xx", [], {})).toThrow("has no data file");
  });
});

const inventory = new URL("../../../../../shared/data/surveys/files.tsv", import.meta.url);
const documented = new URL("../../../../docs/surveys.md", import.meta.url);

/** Every survey of the inventory with its files. */
function surveys(): Map<string, { path: string; bytes: number }[]> {
  const found = new Map<string, { path: string; bytes: number }[]>();
  for (const line of readFileSync(inventory, "utf8").trim().split("\n").slice(1)) {
    const [survey = "", path = "", bytes = ""] = line.split("\t");
    found.set(survey, [...(found.get(survey) ?? []), { path, bytes: Number(bytes) }]);
  }
  return found;
}

/** The rows of the table in docs/surveys.md: survey, name, choice, larger file. */
function documentedSurveys(): string[][] {
  const table = readFileSync(documented, "utf8").matchAll(/^\| `(\w+)` \| (.+?) \| (.+?) \|(.*)\|$/gm);
  return [...table].map(([, ...cells]) => cells.map((cell = "") => cell.trim()));
}

describe("every survey that BLS publishes", () => {
  test("has its full name in docs/surveys.md", () => {
    const named = documentedSurveys().map(([survey = "", name]) => [survey, name]);
    const known = [...knownSurveys()].flatMap(([survey, { name }]) =>
      survey === "nl" ? [] : [[survey, name]],
    );
    expect(named).toEqual(known);
  });

  test.skipIf(!existsSync(inventory))("has the choice that docs/surveys.md lists", () => {
    const choices = new Map<string, string>();
    const larger: string[] = [];
    for (const [survey, files] of surveys()) {
      if (survey === "nl") continue;
      const choice = chooseDataFiles(survey, files, {});
      choices.set(survey, describeChoice(survey, choice));
      larger.push(choice.largerFile?.path ?? "");
    }
    expect(choices.size).toBe(58);
    const merged = [...choices].filter(([, choice]) => choice.includes("merged")).map(([survey]) => survey);
    expect(merged).toEqual(["ee", "hs", "la"]);
    expect(documentedSurveys().map(([survey, , choice]) => [survey, choice])).toEqual([...choices]);
    expect(documentedSurveys().map(([, , , file]) => file)).toEqual(larger);
  });
});
