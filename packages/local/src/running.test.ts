import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoopbackServer, listenOnLoopback } from "@data-quest/loopback-server/loopback-server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { announceRunning, findRunning, identityPath } from "./running.ts";

let stateDir: string;
let servers: LoopbackServer[];
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "running-"));
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(stateDir, { recursive: true });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = await listenOnLoopback(0, listener);
  servers.push(server);
  return server.endpoint;
}

const identify =
  (id: string): RequestListener =>
  (request, response) =>
    response.writeHead(request.url === identityPath ? 200 : 404).end(id);

const entry = (id: string, endpoint: string) => ({
  id,
  endpoint,
  s3Endpoint: endpoint,
  timeSeries: "http://127.0.0.1:1/pub/time.series/",
  population: "http://127.0.0.1:1/population",
  deployment: {
    source: "sample",
    populationSource: "sample",
    contact: "test@example.com",
    concurrency: 4,
    maxRemovedShare: 0.25,
    bucketPrefix: "data-quest",
  },
});

test("a server that responds with its ID is found until it withdraws its entry", async () => {
  const id = randomUUID();
  const endpoint = await serve(identify(id));
  expect(await findRunning(stateDir)).toBeUndefined();
  const takeBack = announceRunning(stateDir, entry(id, endpoint));
  expect(await findRunning(stateDir)).toEqual({ ...entry(id, endpoint), pid: process.pid });
  takeBack();
  expect(await findRunning(stateDir)).toBeUndefined();
});

test("the entry of a killed process is ignored, even if another process now has its process ID or port", async () => {
  const another = await serve(identify(randomUUID()));
  announceRunning(stateDir, entry(randomUUID(), another));
  expect(await findRunning(stateDir)).toBeUndefined();
  const gone = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => gone.once("listening", resolve));
  const address = gone.address();
  await new Promise((resolve) => gone.close(resolve));
  const port = typeof address === "object" ? address?.port : "";
  announceRunning(stateDir, entry(randomUUID(), `http://127.0.0.1:${port}`));
  expect(await findRunning(stateDir)).toBeUndefined();
});

test("a server that never responds is not running", async () => {
  const id = randomUUID();
  announceRunning(stateDir, entry(id, await serve(() => undefined)));
  expect(await findRunning(stateDir)).toBeUndefined();
});

test("an incomplete entry, or one from another version, is ignored", async () => {
  const id = randomUUID();
  const endpoint = await serve(identify(id));
  announceRunning(stateDir, entry(id, endpoint));
  const file = join(stateDir, "running.json");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.slice(0, 100));
  expect(await findRunning(stateDir)).toBeUndefined();
  writeFileSync(file, JSON.stringify({ pid: 1, endpoint }));
  expect(await findRunning(stateDir)).toBeUndefined();
});

test("a process withdraws only its own entry", async () => {
  const [mine, theirs] = [randomUUID(), randomUUID()];
  const takeBack = announceRunning(stateDir, entry(mine, "http://127.0.0.1:1"));
  const endpoint = await serve(identify(theirs));
  announceRunning(stateDir, entry(theirs, endpoint));
  takeBack();
  expect(await findRunning(stateDir)).toMatchObject({ id: theirs });
  expect(existsSync(join(stateDir, "running.json"))).toBe(true);
});
