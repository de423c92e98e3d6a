import { once } from "node:events";
import { IncomingMessage, request, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Readable } from "node:stream";
import { listenOnLoopback } from "@data-quest/loopback-server/loopback-server";
import { expect, test } from "vitest";
import { sendStream } from "./http.ts";

/** Serves one body, and returns how its response ended and whether the body was closed. */
async function served(body: Readable, method: "GET" | "HEAD", receive: "all" | "first chunk") {
  const { promise: sent, resolve } = Promise.withResolvers<unknown>();
  const server = await listenOnLoopback(0, (_, response) => {
    response.writeHead(200, { "content-length": 20_000_000 });
    sendStream(response, body).then(
      () => resolve("sent"),
      (error: unknown) => resolve(error),
    );
  });
  const client = request(server.endpoint, { method }).end();
  const [response] = await once(client, "response");
  response.on("error", () => undefined);
  if (receive === "all") response.resume();
  else {
    await once(response, "data");
    client.destroy();
  }
  const end = await sent;
  client.destroy();
  await server.close();
  return { end, closed: body.destroyed };
}

async function* manyChunks(error?: Error): AsyncGenerator<Buffer> {
  for (let at = 0; at < 20; at += 1) {
    if (at === 10 && error !== undefined) throw error;
    yield Buffer.alloc(1_000_000);
  }
}

test("a browser that disconnects before the body is available gets nothing, and the body is closed", async () => {
  const body = Readable.from(manyChunks());
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.destroy();
  await sendStream(response, body);
  expect(body.destroyed).toBe(true);
});

test("a browser that cancels a download ends it without an error, and the body is closed", async () => {
  const body = Readable.from(manyChunks());
  expect(await served(body, "GET", "first chunk")).toEqual({ end: "sent", closed: true });
});

test("a body that fails partway causes an error", async () => {
  const lost = new Error("S3 closed the connection");
  expect(await served(Readable.from(manyChunks(lost)), "GET", "all")).toEqual({ end: lost, closed: true });
});

test("HEAD does not read the body", async () => {
  const body = Readable.from(manyChunks());
  expect(await served(body, "HEAD", "all")).toEqual({ end: "sent", closed: true });
  expect(body.readableDidRead).toBe(false);
});
