/** The HTTP features that the console's server needs: routes, JSON in and out, and errors with a status. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { schemaFaults } from "@data-quest/core/schema-faults";
import type * as z from "zod";

/** An error whose message the page shows. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Request = {
  message: IncomingMessage;
  response: ServerResponse;
  url: URL;
  /** The groups of the route's pattern, decoded. */
  parts: readonly string[];
};

export type Route = {
  method: "GET" | "POST";
  /** Matches the whole path. */
  path: RegExp;
  answer: (request: Request) => Promise<void> | void;
};

/** The route for a request, with the decoded parts of its path. Throws HttpError if there is none. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; parts: string[] } {
  let wrongMethod = false;
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match === null) continue;
    if (route.method === method || (route.method === "GET" && method === "HEAD"))
      return { route, parts: match.slice(1).map((part) => decode(part ?? "")) };
    wrongMethod = true;
  }
  throw wrongMethod ? new HttpError(405, `${method} is not allowed here`) : new HttpError(404, "Not found");
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, "The URL is not valid percent-encoding");
  }
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(value));
}

/**
 * Sends the body of a response whose headers have been sent. For HEAD, sends no body. A browser that cancels its
 * request does not cause an error. Rejects if the body cannot be read.
 */
export async function sendStream(response: ServerResponse, body: Readable): Promise<void> {
  if (response.req.method === "HEAD" || response.destroyed) {
    body.destroy();
    response.end();
    return;
  }
  try {
    await pipeline(body, response);
  } catch (error) {
    if (!isPrematureClose(error)) throw error;
  }
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}

/** Large enough for an execution's input (256 KiB), escaped in JSON. */
const LARGEST_BODY_BYTES = 1024 * 1024;

/**
 * Reads and checks a JSON body. Throws HttpError if it is too large, is not JSON, or does not match the
 * schema.
 */
export async function readBody<T>({ message }: Request, schema: z.ZodType<T>): Promise<T> {
  // A page on another origin cannot send this type without a preflight, which this server never grants.
  if (!/^application\/json\b/.test(message.headers["content-type"] ?? ""))
    throw new HttpError(415, "The body must be application/json");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY_BYTES) throw new HttpError(413, "The body is larger than 1 MiB");
    chunks.push(chunk);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new HttpError(400, "The body is not JSON");
  }
  const result = schema.safeParse(value);
  if (!result.success) throw new HttpError(400, schemaFaults(result.error));
  return result.data;
}

/** A parameter of the query. Throws HttpError if it is missing. */
export function required(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value === null || value === "") throw new HttpError(400, `The parameter ${name} is missing`);
  return value;
}
