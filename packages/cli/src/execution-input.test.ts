import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { executionInput } from "./execution-input.ts";
import { Failure } from "./failure.ts";

const folder = mkdtempSync(join(tmpdir(), "input-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("options and --input are merged", async () => {
  expect(await executionInput({})).toEqual({});
  const input = '{"verify":true,"survey":"cu"}';
  expect(await executionInput({ input, settle: 0, acceptSource: ["cu.area", "bls/cu/README"] })).toEqual({
    verify: true,
    survey: "cu",
    settleSeconds: 0,
    acceptSource: ["bls/cu/cu.area", "bls/cu/README"],
  });
  expect(await executionInput({ input: '{"survey":"cu"}', survey: "cu" })).toEqual({ survey: "cu" });
});

test("the analysis options are added to the analysis settings in --input", async () => {
  const input = '{"analysis":{"includeAverages":true,"period":"M12"}}';
  expect(
    await executionInput({
      input,
      years: [2015, 2020],
      series: "CUUR0000SA0",
      period: "M12",
      dataFile: ["a"],
    }),
  ).toEqual({
    analysis: {
      includeAverages: true,
      years: [2015, 2020],
      series: "CUUR0000SA0",
      period: "M12",
      dataFile: "a",
    },
  });
  expect(await executionInput({ dataFile: ["a", "b"] })).toEqual({ analysis: { dataFile: ["a", "b"] } });
  await expect(executionInput({ input, period: "M01" })).rejects.toThrow(
    "analysis.period is specified twice",
  );
});

test("--input may specify a file, which may start with a byte order mark", async () => {
  const file = join(folder, "input.json");
  writeFileSync(file, '\uFEFF{"survey":"cu"}');
  expect(await executionInput({ input: `@${file}` })).toEqual({ survey: "cu" });
  await expect(executionInput({ input: `@${folder}/none` })).rejects.toThrow(
    /none cannot be read: there is no such file/,
  );
  await expect(executionInput({ input: `@${folder}` })).rejects.toThrow(/it is a folder/);
});

test.each([
  [{ input: '{"survey":"cu"}', survey: "pr" }, "survey is specified twice"],
  [{ input: "{verify:true}" }, "--input is not valid JSON"],
  [{ input: "[]" }, "--input must be a JSON object"],
  [{ input: "null" }, "--input must be a JSON object"],
  [{ input: '"pr"' }, "--input must be a JSON object"],
])("%j: %s", async (options, message) => {
  await expect(executionInput(options)).rejects.toThrow(message);
  await expect(executionInput(options)).rejects.toThrow(Failure);
});
