import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseOutcome, quest } from "./quest.ts";

const stateDir = mkdtempSync(join(tmpdir(), "data-quest-two-"));
const local = ["--state-dir", stateDir, "--json", "--quiet"];
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

test("two concurrent runs in one state directory both report how they ended", async () => {
  const run = () => quest(["run", "--settle", "0", ...local]);
  for (let pair = 0; pair < 2; pair++) {
    const ends = await Promise.all([run(), run()]);
    expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect(ends.map((end) => parseOutcome(end).status)).toEqual(["SUCCEEDED", "SUCCEEDED"]);
  }
});

test("a redrive with a different S3 than the run's is refused, and the message says which S3 the run used", async () => {
  const { name } = parseOutcome(await quest(["run", "--settle", "0", ...local]));
  const other = await quest(["redrive", name, ...local], { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9" });
  expect(other).toMatchObject({ code: 1, stdout: "" });
  expect(other.stderr).toContain("ran on the local S3: unset AWS_ENDPOINT_URL_S3");
});
