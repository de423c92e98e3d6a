import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { copyReport } from "@data-quest/cli/report-files";
import { putObject } from "@data-quest/core/storage/objects";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import { listenOnLoopback } from "@data-quest/loopback-server/loopback-server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openWarehouse, type Warehouse } from "../analysis/warehouse.ts";

const KEYS = ["reports/xx/run-1/best-years.csv", "reports/xx/run-1/index.html"];

let warehouse: Warehouse;
let dir: string;
const copy = (keys = KEYS) => copyReport(warehouse.buckets.gold, keys, dir);
const copied = () =>
  Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), "utf8")]));
const downloads = () => warehouse.requests.filter(({ operation }) => operation === "GetObject").length;

beforeEach(async () => {
  warehouse = await openWarehouse();
  dir = join(mkdtempSync(join(tmpdir(), "report-files-")), "reports", "xx", "run-1");
  for (const key of KEYS) await putObject(warehouse.buckets.gold, key, `content of ${key}`, {});
});
afterEach(async () => {
  await warehouse.close();
  rmSync(join(dir, "../../.."), { recursive: true });
});

test("a report is copied once, and again if the execution wrote it again", async () => {
  await copy();
  const both = {
    "best-years.csv": "content of reports/xx/run-1/best-years.csv",
    "index.html": "content of reports/xx/run-1/index.html",
  };
  expect(copied()).toEqual(both);
  expect(downloads()).toBe(2);

  await copy();
  expect(downloads()).toBe(2);

  // S3 keeps times in whole seconds.
  await sleep(1_000 - (Date.now() % 1_000));
  await putObject(
    warehouse.buckets.gold,
    "reports/xx/run-1/index.html",
    "CONTENT of reports/xx/run-1/index.html",
    {},
  );
  await copy();
  expect(copied()).toEqual({ ...both, "index.html": "CONTENT of reports/xx/run-1/index.html" });
  expect(downloads()).toBe(3);
});

test("several commands can copy a report at the same time", async () => {
  await Promise.all([copy(), copy(), copy()]);
  expect(Object.keys(copied())).toEqual(["best-years.csv", "index.html"]);
  expect(copied()["index.html"]).toBe("content of reports/xx/run-1/index.html");
});

test("a file whose transfer is cut off leaves nothing that looks like a report", async () => {
  // The local S3 never cuts off a response.
  const server = await listenOnLoopback(0, (request, response) => {
    response.writeHead(200, { "content-length": 100, etag: '"e"', "x-amz-version-id": "v" });
    if (request.method === "HEAD") response.end();
    else response.write("half", () => response.destroy());
  });
  const client = new S3Client({ endpoint: server.endpoint, ...clientSettings(localEnvironment()) });
  await expect(copyReport({ client, name: "gold" }, KEYS, dir)).rejects.toThrow(
    "s3://gold/reports/xx/run-1/best-years.csv",
  );
  expect(copied()).toEqual({});
  client.destroy();
  await server.close();

  await copy();
  expect(Object.keys(copied())).toEqual(["best-years.csv", "index.html"]);
});

test("the error says which file of the report is gone", async () => {
  await expect(copy(["reports/xx/run-1/report.json"])).rejects.toThrow(
    "s3://gold/reports/xx/run-1/report.json is gone",
  );
});
