import { execFileSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { publishFile } from "./publish.ts";
import { BUNDLED_POPULATION, type Replica, type ReplicaOptions, startReplica } from "./server.ts";

const MODIFIED = new Date("2026-09-03T12:30:15Z");
const BODY = "series_id        \tyear\r\n0123456789\r\n";
const AGENT = { "user-agent": "test (someone@example.com)" };

let dir: string;
let replica: Replica;

async function start(options: Partial<ReplicaOptions> = {}): Promise<void> {
  await replica?.close();
  replica = await startReplica({ dir, ...options });
}

/** Requests a path in the folder of surveys. */
async function ask(
  path: string,
  headers: Record<string, string> = {},
  method: "GET" | "HEAD" | "POST" = "GET",
) {
  const answer = await request(replica.timeSeries + path, { method, headers: { ...AGENT, ...headers } });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "replica-"));
  await publishFile(join(dir, "pr/pr.class"), BODY, MODIFIED);
  await publishFile(join(dir, "pr/old/pr.data"), "old", MODIFIED);
  replica = await startReplica({ dir });
});

afterEach(async () => {
  await replica.close();
  await rm(dir, { recursive: true });
});

describe("files", () => {
  test("are complete, with validators, a length, and no encoding", async () => {
    await start({ clock: () => new Date("2026-09-04T00:00:00Z") });
    const { status, headers, body } = await ask("pr/pr.class", { "accept-encoding": "gzip, br" });
    expect({ status, body }).toEqual({ status: 200, body: BODY });
    expect(headers).toMatchObject({
      "content-length": String(BODY.length),
      "content-type": "text/plain",
      "last-modified": "Thu, 03 Sep 2026 12:30:15 GMT",
      "accept-ranges": "bytes",
      date: "Fri, 04 Sep 2026 00:00:00 GMT",
    });
    expect(headers.etag).toMatch(/^"[0-9a-f]{15}:0"$/);
    expect(headers).not.toHaveProperty("content-encoding");
  });

  test("HEAD returns the headers of GET and no body", async () => {
    // The connection headers differ because the client closes the connection after a HEAD. The date may differ.
    const { connection: _c, "keep-alive": _k, date: _d, ...expected } = (await ask("pr/pr.class")).headers;
    const head = await ask("pr/pr.class", {}, "HEAD");
    expect(head).toMatchObject({ status: 200, headers: expected, body: "" });
    expect(head.headers["content-length"]).toBe(String(BODY.length));
    expect(await ask("pr/pr.class", { range: "bytes=0-3" }, "HEAD")).toMatchObject({
      status: 200,
      headers: expected,
    });
  });

  test("paths are case-insensitive", async () => {
    expect((await ask("PR/Pr.Class")).body).toBe(BODY);
  });

  test("a path that is missing, hidden, or outside the folder returns a 404 page", async () => {
    await writeFile(join(dir, "pr/.hidden"), "x");
    await writeFile(`${dir}.outside`, "x");
    for (const path of [
      "pr/nothing",
      "pr/.hidden",
      "pr/pr.class/",
      "pr//pr.class",
      "pr/%2E%2E%2F%2E%2E%2Fetc/passwd",
      `..%2f${dir.split("/").at(-1)}.outside`,
      "pr/%zz",
      "xx/",
    ]) {
      const { status, headers, body } = await ask(path);
      expect({ path, status }).toEqual({ path, status: 404 });
      expect(headers["content-type"]).toBe("text/html");
      expect(body).toContain("<title>404");
    }
    await rm(`${dir}.outside`);
  });

  test("a changed file is served in its new version, but a running download continues with the old one", async () => {
    const old = Buffer.alloc(8_000_000, "a");
    await publishFile(join(dir, "pr/big"), old, MODIFIED);
    const running = await request(`${replica.timeSeries}pr/big`, { headers: AGENT });
    await publishFile(join(dir, "pr/big"), "new", new Date("2026-09-03T12:31:00Z"));
    expect(Buffer.from(await running.body.arrayBuffer()).equals(old)).toBe(true);
    expect(await ask("pr/big")).toMatchObject({
      body: "new",
      headers: { "last-modified": "Thu, 03 Sep 2026 12:31:00 GMT" },
    });
  });

  test("if a file is truncated while it is sent, the connection breaks and the download looks incomplete", async () => {
    const path = join(dir, "pr/big");
    await publishFile(path, "", MODIFIED);
    await truncate(path, 100_000_000);
    const running = await request(`${replica.timeSeries}pr/big`, { headers: AGENT });
    await truncate(path, 1000);
    await expect(running.body.arrayBuffer()).rejects.toThrow();
    await expect.poll(() => replica.requests.at(-1)).toMatchObject({ complete: false });
  });

  test("all files and listings are marked as synthetic if the option `synthetic` is set", async () => {
    expect((await ask("pr/pr.class")).headers).not.toHaveProperty("x-data-quest-synthetic");
    await start({ synthetic: true });
    expect((await ask("pr/pr.class")).headers).toHaveProperty("x-data-quest-synthetic", "true");
    expect((await ask("pr/")).headers).toHaveProperty("x-data-quest-synthetic", "true");
  });
});

describe("conditions", () => {
  test("If-Modified-Since is honored", async () => {
    const since = (time: string) => ask("pr/pr.class", { "if-modified-since": time });
    expect(await since("Thu, 03 Sep 2026 12:30:15 GMT")).toMatchObject({
      status: 304,
      body: "",
      headers: { "last-modified": "Thu, 03 Sep 2026 12:30:15 GMT" },
    });
    expect((await since("Thu, 03 Sep 2026 12:30:16 GMT")).status).toBe(304);
    expect((await since("Thu, 03 Sep 2026 12:30:14 GMT")).status).toBe(200);
    expect((await since("yesterday")).status).toBe(200);
  });

  test("If-None-Match is ignored", async () => {
    const { headers } = await ask("pr/pr.class");
    expect((await ask("pr/pr.class", { "if-none-match": String(headers.etag) })).status).toBe(200);
  });

  test.each([
    ["bytes=0-3", 206, BODY.slice(0, 4), `bytes 0-3/${BODY.length}`],
    ["bytes=5-", 206, BODY.slice(5), `bytes 5-${BODY.length - 1}/${BODY.length}`],
    ["bytes=-4", 206, BODY.slice(-4), `bytes ${BODY.length - 4}-${BODY.length - 1}/${BODY.length}`],
    ["bytes=5-9999", 206, BODY.slice(5), `bytes 5-${BODY.length - 1}/${BODY.length}`],
    [`bytes=${BODY.length}-`, 416, "", `bytes */${BODY.length}`],
    ["bytes=-0", 416, "", `bytes */${BODY.length}`],
    ["bytes=9-5", 200, BODY, undefined],
    ["bytes=0-1,3-4", 200, BODY, undefined],
    ["lines=0-1", 200, BODY, undefined],
  ])("Range %s", async (range, status, body, contentRange) => {
    const answer = await ask("pr/pr.class", { range });
    expect(answer).toMatchObject({ status, body });
    expect(answer.headers["content-range"]).toBe(contentRange);
    expect(answer.headers["content-length"]).toBe(String(body.length));
  });

  test("If-Range allows a range only for the same version", async () => {
    const { headers } = await ask("pr/pr.class");
    const ranged = (ifRange: string) => ask("pr/pr.class", { range: "bytes=2-3", "if-range": ifRange });
    expect((await ranged(String(headers.etag))).status).toBe(206);
    expect((await ranged(String(headers["last-modified"]))).status).toBe(206);
    expect(await ranged('"other"')).toMatchObject({ status: 200, body: BODY });
    expect((await ranged("Thu, 03 Sep 2026 12:30:16 GMT")).status).toBe(200);
  });
});

describe("folders", () => {
  test("are listed with their current contents", async () => {
    const listing = async () => {
      const { status, headers, body } = await ask("pr/");
      expect({ status, type: headers["content-type"] }).toEqual({
        status: 200,
        type: "text/html; charset=UTF-8",
      });
      return body;
    };
    expect(await listing()).toContain(
      `  9/3/2026  8:30 AM           ${BODY.length} <A HREF="/pub/time.series/pr/pr.class">pr.class</A><br>`,
    );
    expect(await listing()).toMatch(/&lt;dir&gt; <A HREF="\/pub\/time.series\/pr\/old\/">old<\/A><br>/);
    await publishFile(join(dir, "pr/pr.txt"), "more", MODIFIED);
    expect(await listing()).toContain(">pr.txt</A>");
    expect((await ask("")).body).toContain('<A HREF="/pub/">[To Parent Directory]</A>');
    expect((await ask("pr/old/")).body).toContain('<A HREF="/pub/time.series/pr/">[To Parent Directory]</A>');
  });

  test("list their entries by name, ignoring case", async () => {
    for (const name of ["b", "A", "C", "a1"]) await publishFile(join(dir, "xx", name), "x", MODIFIED);
    const names = [...(await ask("xx/")).body.matchAll(/>([^<]+)<\/A><br>(?!<br>)/g)].map(
      (match) => match[1],
    );
    expect(names).toEqual(["A", "a1", "b", "C"]);
  });

  test("redirect requests without a trailing slash", async () => {
    const { status, headers, body } = await ask("pr");
    expect({ status, location: headers.location }).toEqual({
      status: 301,
      location: `${replica.timeSeries}pr/`,
    });
    expect(body).toContain("<title>Document Moved</title>");
  });
});

test("a User-Agent without contact details gets a 403 for files and listings, not for the population", async () => {
  for (const agent of ["", "curl/8.0", "Mozilla/5.0 (X11)"]) {
    for (const path of ["pr/", "pr/pr.class"]) {
      const { status, headers, body } = await ask(path, { "user-agent": agent });
      expect({ status, type: headers["content-type"] }).toEqual({ status: 403, type: "text/html" });
      expect(body).toContain("Access Denied");
    }
  }
  expect((await ask("pr/", { "user-agent": "quest (https://example.com/bot)" })).status).toBe(200);
  const population = await request(replica.population, { headers: { "user-agent": "curl/8.0" } });
  expect(population.statusCode).toBe(200);
  await population.body.dump();
});

test("methods other than GET and HEAD are refused", async () => {
  expect(await ask("pr/pr.class", {}, "POST")).toMatchObject({
    status: 405,
    headers: { allow: "GET, HEAD" },
  });
});

describe("the population API", () => {
  const population = async (query = "") => {
    const answer = await request(replica.population + query);
    return {
      status: answer.statusCode,
      type: answer.headers["content-type"],
      body: await answer.body.text(),
    };
  };

  test("answers any query with the bundled figures", async () => {
    const bundled = await readFile(BUNDLED_POPULATION, "utf8");
    expect(
      await population("?cube=acs_yg_total_population_5&drilldowns=Year,Nation&measures=Population"),
    ).toEqual({
      status: 200,
      type: "application/json",
      body: bundled,
    });
    expect(JSON.parse(bundled).data).toContainEqual({
      "Nation ID": "01000US",
      Nation: "United States",
      Year: 2018,
      Population: 322903030,
    });
  });

  test("can also answer with a file, which it reads for each request, or with a given string", async () => {
    const path = join(dir, "population.json");
    await writeFile(path, '{"data":[]}');
    await start({ population: path });
    expect((await population()).body).toBe('{"data":[]}');
    await writeFile(path, '{"data":[1]}');
    expect((await population()).body).toBe('{"data":[1]}');
    await start({ population: ' {"data":[2]}' });
    expect((await population()).body).toBe(' {"data":[2]}');
  });
});

test("requests are recorded", async () => {
  const seen: string[] = [];
  await start({ onRequest: ({ path }) => seen.push(path) });
  await ask("pr/");
  await ask("pr/pr.class", { range: "bytes=0-3", "if-range": "x", "if-none-match": "y", cookie: "z" });
  await ask("pr/none?a=b");
  expect(replica.requests).toMatchObject([
    { method: "GET", path: "/pub/time.series/pr/", status: 200, complete: true },
    {
      path: "/pub/time.series/pr/pr.class",
      status: 200,
      bytes: BODY.length,
      headers: { ...AGENT, range: "bytes=0-3", "if-range": "x", "if-none-match": "y" },
    },
    { path: "/pub/time.series/pr/none", query: "?a=b", status: 404 },
  ]);
  expect(replica.requests[1]?.headers).not.toHaveProperty("cookie");
  expect(seen).toEqual(replica.requests.map(({ path }) => path));
});

test("virtual files are listed and served, completely or in ranges, without taking disk space", async () => {
  const size = 3_000_000;
  await start({
    virtual: [
      { path: "pr/pr.data.9.Big", size, modified: MODIFIED },
      { path: "zz/sub/zz.data", size: 70, modified: MODIFIED, seed: 1 },
      { path: "zz/zz.data", size: 70, modified: MODIFIED, seed: 2 },
    ],
  });
  expect((await ask("pr/")).body).toContain(`${size} <A HREF="/pub/time.series/pr/pr.data.9.Big">`);
  expect((await ask("zz/")).body).toContain('&lt;dir&gt; <A HREF="/pub/time.series/zz/sub/">');
  const { body, headers } = await ask("pr/PR.data.9.big");
  expect(body.length).toBe(size);
  expect(headers["content-length"]).toBe(String(size));
  const lines = body.split("\r\n");
  expect(lines[0]).toBe("series_id        \tyear\tperiod\t       value\tfootnote_codes");
  expect(lines[1]).toMatch(/^PRS30006011 {6}\t\d{4}\tQ01\t {9}0\.0\t$/);
  expect(new Set(lines.slice(1, -2).map((line) => line.length))).toEqual(new Set([40]));
  expect(body.endsWith("\r\n")).toBe(true);
  for (const [start, end] of [
    [0, 10],
    [50, 120],
    [343_900, 344_300],
    [size - 50, size],
  ] as const) {
    const part = await ask("pr/pr.data.9.Big", { range: `bytes=${start}-${end - 1}` });
    expect(part.body).toBe(body.slice(start, end));
  }
  expect((await ask("zz/zz.data")).body).toHaveLength(70);
});

test("a missing folder is refused at startup", async () => {
  await expect(startReplica({ dir: join(dir, "nothing") })).rejects.toThrow("nothing");
  await expect(startReplica({ dir: join(dir, "pr/pr.class") })).rejects.toThrow("is not a folder");
});

describe("links and pipes", () => {
  test("symbolic links to files and folders, inside and outside the folder, are not published", async () => {
    await writeFile(join(dir, "secret"), "secret");
    await symlink(join(dir, "secret"), join(dir, "pr/pr.linked"));
    await symlink("pr.class", join(dir, "pr/pr.alias"));
    await symlink(tmpdir(), join(dir, "pr/linked"));
    await symlink("pr", join(dir, "zz"));
    await symlink("/nowhere", join(dir, "pr/pr.dangling"));
    for (const path of ["pr/pr.linked", "pr/PR.Linked", "pr/pr.alias", "pr/linked/", "zz/", "zz/pr.class"])
      expect((await ask(path)).status, path).toBe(404);
    const listing = (await ask("pr/")).body;
    expect(listing).toContain("pr.class");
    expect(listing).not.toMatch(/linked|alias|dangling/);
    expect((await ask("")).body).not.toContain("zz");
  });

  test("pipes, which would block their readers, are not published", async () => {
    execFileSync("mkfifo", [join(dir, "pr/pr.pipe")]);
    expect((await ask("pr/pr.pipe")).status).toBe(404);
    expect((await ask("pr/")).body).not.toContain("pr.pipe");
  });

  test("the path of the folder itself may be a symbolic link", async () => {
    const link = `${dir}-link`;
    await symlink(dir, link);
    await start({ dir: link });
    expect((await ask("pr/pr.class")).status).toBe(200);
    await rm(link);
  });
});

test("only programs on this machine are served, and no redirect echoes a foreign host", async () => {
  expect((await ask("pr", { host: "evil.example" })).status).toBe(403);
  expect((await ask("pr", { host: "localhost:1" })).headers.location).toBe(
    "http://localhost:1/pub/time.series/pr/",
  );
  for (const [name, value] of [
    ["origin", "http://evil.example"],
    ["sec-fetch-site", "cross-site"],
  ] as const)
    for (const path of ["pr/", "pr/pr.class", "../../population"])
      expect((await ask(path, { [name]: value })).status).toBe(403);
  expect(replica.requests).toHaveLength(1);
});

/** The number of files in a folder that this process has open. */
function openFilesBelow(folder: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      // The descriptor with which readdirSync read the folder is closed by now.
      return false;
    }
  }).length;
}

test.skipIf(process.platform !== "linux")(
  "the replica closes the files of its responses when the client disconnects (Linux only)",
  async () => {
    await publishFile(join(dir, "pr/pr.large"), "x".repeat(32 * 1024 * 1024), MODIFIED);
    const { port } = new URL(replica.url);
    const get = (name: string) =>
      `GET /pub/time.series/pr/${name} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: ${AGENT["user-agent"]}\r\n\r\n`;
    const socket = connect(Number(port), "127.0.0.1").pause();
    // The client reads nothing, so the large file blocks the responses behind it.
    socket.write(["pr.large", "pr.class", "pr.class"].map(get).join(""));
    await expect.poll(() => openFilesBelow(dir)).toBe(3);
    socket.resetAndDestroy();
    await expect.poll(() => openFilesBelow(dir)).toBe(0);
  },
);
