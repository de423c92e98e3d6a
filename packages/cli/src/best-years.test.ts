import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { type BestYearsFormat, bestYearsCommand } from "./best-years.ts";
import { Failure } from "./failure.ts";

const folder = mkdtempSync(join(tmpdir(), "data-quest-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const tied = fileURLToPath(new URL("../../core/src/bls-file/fixtures/PRS84006142.txt", import.meta.url));

function collector() {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { stream, text: () => text };
}

async function run(file: string, format: BestYearsFormat = "csv", stdin = "", includeAverages = false) {
  const stdout = collector();
  const streams = { stdin: Readable.from([Buffer.from(stdin)]), stdout: stdout.stream };
  const code = await bestYearsCommand(file, { format, includeAverages }, streams);
  return { code, stdout: stdout.text() };
}

test("the command prints CSV", async () => {
  const stdout = "series_id,year,value,basis,ties\nPRS84006142,2021,28.5,quarters,2022\n";
  expect(await run(tied)).toEqual({ code: 0, stdout });
});

test("the command prints a table and JSON", async () => {
  expect((await run(tied, "table")).stdout).toBe(
    "series_id    year  value  basis     ties\nPRS84006142  2021   28.5  quarters  2022\n1 series from 150 rows\n",
  );
  expect(JSON.parse((await run(tied, "json")).stdout)).toEqual([
    { seriesId: "PRS84006142", year: 2021, value: "28.5", basis: "quarters", ties: [2022] },
  ]);
});

test("the command reads standard input, and includes averages with --include-averages", async () => {
  const data = "series_id\tyear\tperiod\tvalue\nA\t2020\tQ01\t1\nA\t2020\tQ05\t1\nA\t2021\tQ01\t1.5\n";
  expect((await run("-", "csv", data)).stdout).toContain("A,2021,1.5,quarters,");
  expect((await run("-", "csv", data, true)).stdout).toContain("A,2020,2.0,all,");
});

test.each(["table", "csv", "json"] as const)(
  "with --format %s, a file with a header but no rows is an error",
  async (format) => {
    const empty = run("-", format, "series_id\tyear\tperiod\tvalue\n");
    await expect(empty).rejects.toThrow("standard input has a header but no rows");
    await expect(empty).rejects.toThrow(Failure);
  },
);

test.each([
  [join(folder, "none"), "there is no such file"],
  [folder, "is a folder"],
])("the error says what is wrong with %s", async (file, message) => {
  await expect(run(file)).rejects.toThrow(message);
  await expect(run(file)).rejects.toThrow(Failure);
});

test("the error says which file and line cannot be read", async () => {
  const file = join(folder, "bad");
  writeFileSync(file, "series_id\tyear\tperiod\tvalue\nA\t2020\tQ01\t1.2x\n");
  await expect(run(file)).rejects.toThrow(`${file}, line 2: the value is `);
  await expect(run(file)).rejects.toThrow(Failure);
});

test("a reader that closes the pipe early does not cause an error", async () => {
  const stdout = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
  });
  const streams = { stdin: Readable.from([]), stdout };
  expect(await bestYearsCommand(tied, { format: "csv", includeAverages: false }, streams)).toBe(0);
});
