import { once } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type LoopbackServer, listenOnLoopback } from "./loopback-server.ts";

let server: LoopbackServer;
let port: string;
/** The requests that passed the barrier. */
let passed: string[];

beforeAll(async () => {
  server = await listenOnLoopback(0, (message, response) => {
    passed.push(`${message.method} ${message.url}`);
    if (message.url === "/throws") throw new Error("a defect");
    response.end("answered");
  });
  port = new URL(server.endpoint).port;
});
afterAll(() => server.close());
beforeEach(() => {
  passed = [];
});

async function ask(headers: OutgoingHttpHeaders, method = "GET", path = "/") {
  const sent = request(server.endpoint, { method, path, headers }).end();
  const [answer]: IncomingMessage[] = await once(sent, "response");
  if (answer === undefined) throw new Error("No response arrived");
  return { status: answer.statusCode, headers: answer.headers, text: await text(answer) };
}

/** Sends bytes unchanged and returns everything that comes back. */
async function send(bytes: string): Promise<string> {
  const socket = connect(Number(port), "127.0.0.1").setEncoding("latin1");
  socket.end(bytes, "latin1");
  return text(socket);
}

describe("the barrier", () => {
  test.each(["localhost", "LOCALHOST:1", "127.0.0.1", "127.8.8.8:80", "[::1]:9000", "bucket.localhost:1"])(
    "responds to a request to %s",
    async (host) => {
      expect(await ask({ host })).toMatchObject({ status: 200, text: "answered" });
    },
  );

  test.each([
    "example.com",
    "127.0.0.1.example.com",
    "localhost.example.com",
    "evil.example/.localhost",
    "user@localhost",
    "127.0.0.256",
    "127.1",
    "0.0.0.0",
    "[::]",
    "192.168.0.1",
    "2130706433",
  ])("refuses a request to the host '%s'", async (host) => {
    const { status, text } = await ask({ host });
    expect([status, text]).toEqual([
      403,
      expect.stringContaining("must name this machine's loopback interface"),
    ]);
    expect(passed).toEqual([]);
  });

  test.each([
    "http://evil.example",
    "https://127.0.0.1",
    "http://127.0.0.1:1",
    "http://localhost",
    "null",
    "",
    "file://",
  ])("refuses every method with the Origin '%s'", async (origin) => {
    for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await ask({ host: "127.0.0.1", origin }, method);
      expect(status).toBe(403);
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
    expect(passed).toEqual([]);
  });

  test("refuses every Sec-Fetch-Site except 'none' and 'same-origin'", async () => {
    for (const site of ["cross-site", "same-site", "None", "", "none, cross-site"])
      expect((await ask({ "sec-fetch-site": site })).status).toBe(403);
    expect((await ask({ "sec-fetch-site": ["none", "cross-site"] })).status).toBe(403);
    expect(passed).toEqual([]);
    for (const site of ["none", "same-origin"])
      expect((await ask({ "sec-fetch-site": site })).status).toBe(200);
  });

  test("admits links from any page only to the targets that linkedFromAnywhere matches", async () => {
    const open = await listenOnLoopback(0, (_message, response) => response.end("answered"), {
      linkedFromAnywhere: /^\/sign-in\?/,
    });
    const statusOf = async (path: string, headers: OutgoingHttpHeaders, method = "GET") => {
      const sent = request(open.endpoint, { method, path, headers }).end();
      const [answer]: IncomingMessage[] = await once(sent, "response");
      answer?.resume();
      return answer?.statusCode;
    };
    const link = {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    };
    try {
      expect(await statusOf("/sign-in?token=x", link)).toBe(200);
      for (const path of ["/", "/sign-in", "/api/executions", "/api?/sign-in?token=x"])
        expect(await statusOf(path, link), path).toBe(403);
      expect(await statusOf("/sign-in?token=x", link, "POST")).toBe(403);
      for (const other of [{ "sec-fetch-dest": "iframe" }, { "sec-fetch-mode": "cors" }, { origin: "null" }])
        expect(await statusOf("/sign-in?token=x", { ...link, ...other })).toBe(403);
    } finally {
      await open.close();
    }
  });

  test("lets a request with an Origin header pass only if the origin is the requested host", async () => {
    expect((await ask({ host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` })).status).toBe(200);
    expect((await ask({ host: "localhost:1", origin: "http://LOCALHOST:1" })).status).toBe(200);
    expect((await ask({ host: "localhost:1", origin: "http://127.0.0.1:1" })).status).toBe(403);
  });

  test("refuses a request target that includes a host or is not a path", async () => {
    for (const target of ["http://evil.example/", "*", "evil.example:80"])
      expect(await send(`OPTIONS ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
    expect(passed).toEqual([]);
  });

  test("refuses a request with two Host headers, no Host header, or control characters in the header", async () => {
    expect(await send("GET / HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
    expect(await send("GET / HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1.1 403 /);
    const two = await send("GET / HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n\r\n");
    expect(two).toMatch(/^HTTP\/1.1 40[03] /);
    expect(await send("GET / HTTP/1.1\r\nHost: \xe9\x9b\r\n\r\n")).toMatch(/"\\u00e9\\u009b"/);
    expect(passed).toEqual([]);
  });

  test("refuses tunnels and WebSockets", async () => {
    expect(await send("CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).not.toContain(" 200 ");
    const handshake = { connection: "Upgrade", upgrade: "websocket", origin: "http://evil.example" };
    expect((await ask(handshake)).status).toBe(403);
    expect(passed).toEqual([]);
  });
});

test("every response tells browsers not to guess its type, and keeps other sites from embedding it", async () => {
  for (const headers of [{}, { origin: "http://evil.example" }]) {
    expect((await ask(headers)).headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    });
  }
});

test("if a handler throws, only its own request fails", async () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
  expect((await ask({}, "GET", "/throws")).status).toBe(500);
  expect(error).toHaveBeenCalledOnce();
  error.mockRestore();
  expect((await ask({})).status).toBe(200);
});

test("headers that are too large are refused, and the server keeps running", async () => {
  const huge = await send(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Large: ${"x".repeat(1_000_000)}\r\n\r\n`,
  ).catch(() => "HTTP/1.1 431 ");
  expect(huge).toMatch(/^HTTP\/1.1 431 /);
  expect((await ask({})).status).toBe(200);
});
