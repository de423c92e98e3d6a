/** Requests to the sources: the User-Agent, the meaning of each response, and how long to wait. */
import { finished, type Readable } from "node:stream";
import type { Dispatcher } from "undici";
import {
  SourceAnswerRefused,
  SourceBusy,
  SourceForbidden,
  SourceNotFound,
  SourceUnavailable,
} from "../errors.ts";

/** How to talk to the sources. */
export type SourceClient = {
  /**
   * Returns the HTTP client that sends the requests. It keeps connections open, and limits their number and so the
   * number of concurrent requests, so every call must return the same client. The client is requested for each request,
   * so that work that needs no request does not load it.
   */
  dispatcher: () => Promise<Dispatcher>;
  /** An email address or a URL. BLS refuses (403) clients that send no contact address. */
  contact: string;
  /** Milliseconds that the caller may still spend. A longer Retry-After causes SourceBusy. */
  remainingTime: () => number;
  /** Milliseconds without progress after which a response counts as cut off. */
  stallLimit: number;
  now: () => Date;
  /** Waits for this many milliseconds: because of Retry-After, or before a broken transfer resumes. */
  sleep: (milliseconds: number) => Promise<unknown>;
};

export type SourceAnswer = Dispatcher.ResponseData & { url: URL };

type AskOptions = {
  method?: "GET" | "HEAD";
  headers?: Record<string, string>;
  /** The statuses that the caller understands. For every other status, an error is thrown. */
  accept: readonly number[];
};

const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_REDIRECTS = 3;
/** Waiting for a busy source must leave time to fetch something afterward. */
const RESERVED_MILLISECONDS = 20_000;
const MOST_WAITS = 3;
/** A longer timer fires at once (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/**
 * Sends one request and returns the response if its status is accepted.
 * Redirects are followed on the same host only; a Retry-After is honored if the remaining time allows.
 * Throws SourceForbidden (401, 403), SourceNotFound (404, 410), SourceBusy (a Retry-After that is too long),
 * SourceUnavailable (408, 429, 5xx, network faults), and SourceAnswerRefused (everything else).
 */
export async function ask(client: SourceClient, address: URL, options: AskOptions): Promise<SourceAnswer> {
  let url = address;
  let redirects = 0;
  let waits = 0;
  for (;;) {
    const answer = await send(client, url, options);
    if (options.accept.includes(answer.statusCode)) {
      refuseEncodedBody(answer, url);
      return Object.assign(answer, { url });
    }
    await drain(answer);
    const location = header(answer, "location");
    if (REDIRECTS.includes(answer.statusCode) && location !== undefined) {
      url = redirectTarget(url, location, ++redirects);
      continue;
    }
    const wait = retryAfter(answer, client.now());
    if (wait === undefined || (answer.statusCode !== 429 && answer.statusCode < 500)) {
      throw statusError(answer.statusCode, url);
    }
    const busy = `${url} returned ${answer.statusCode} and asks for a retry in ${Math.ceil(wait / 1000)} s`;
    if (wait > Math.min(client.remainingTime() - RESERVED_MILLISECONDS, LONGEST_TIMER_MILLISECONDS))
      throw new SourceBusy(`${busy}, which is longer than this step can wait`);
    if (++waits > MOST_WAITS) throw new SourceBusy(`${busy}, for the ${waits}th time`);
    await client.sleep(wait);
  }
}

async function send(client: SourceClient, url: URL, options: AskOptions): Promise<Dispatcher.ResponseData> {
  const dispatcher = await client.dispatcher();
  try {
    return await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: options.method ?? "GET",
      headersTimeout: client.stallLimit,
      bodyTimeout: client.stallLimit,
      headers: {
        "user-agent": `data-quest/0.1 (${client.contact})`,
        "accept-encoding": "identity",
        ...options.headers,
      },
    });
  } catch (error) {
    throw networkError(error, url);
  }
}

/** The error for a request or a body that failed on the network, below HTTP. */
export function networkError(error: unknown, url: URL): SourceUnavailable {
  const detail = error instanceof Error ? error.message || error.name : String(error);
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return new SourceUnavailable(`${url} could not be read: ${detail}${code}`, { cause: error });
}

/** The error for an HTTP status. */
function statusError(status: number, url: URL): Error {
  if (status === 401 || status === 403) {
    return new SourceForbidden(
      `${url} returned ${status}: the source refuses the request. BLS requires a contact address in the User-Agent: check the contact setting`,
    );
  }
  if (status === 404 || status === 410) return new SourceNotFound(`${url} returned ${status}: no such URL`);
  if (status === 408 || status === 429 || status >= 500)
    return new SourceUnavailable(`${url} returned ${status}`);
  return new SourceAnswerRefused(`${url} returned ${status}, which is not a valid response to this request`);
}

function redirectTarget(from: URL, location: string, count: number): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to === undefined || to.origin !== from.origin) {
    throw new SourceAnswerRefused(
      `${from} redirects to ${location}: only redirects on the same host are followed`,
    );
  }
  if (count > MOST_REDIRECTS)
    throw new SourceAnswerRefused(`${from} redirects more than ${MOST_REDIRECTS} times`);
  return to;
}

/** Refuses a compressed body, because it does not have the published bytes. `send` asks for identity. */
function refuseEncodedBody(answer: Dispatcher.ResponseData, url: URL): void {
  const encoding = combinedHeader(answer, "content-encoding");
  if (encoding === undefined || encoding.toLowerCase() === "identity") return;
  discard(answer);
  throw new SourceAnswerRefused(
    `${url} came with Content-Encoding ${encoding}, although identity was requested`,
  );
}

/** A header's value; undefined if it is missing or repeated. */
export function header(answer: Dispatcher.ResponseData, name: string): string | undefined {
  const value = answer.headers[name];
  return typeof value === "string" ? value : undefined;
}

/** A header's value; if it is repeated, all of its values as one list (RFC 9110, 5.3). Undefined if it is missing. */
export function combinedHeader(answer: Dispatcher.ResponseData, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** Milliseconds to wait according to Retry-After (RFC 9110, 10.2.3): seconds or a date. */
function retryAfter(answer: Dispatcher.ResponseData, now: Date): number | undefined {
  const value = header(answer, "retry-after")?.trim();
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

/** Reads a short, unneeded body to the end, so that its connection can be used again. Never throws. */
export async function drain(answer: Dispatcher.ResponseData): Promise<void> {
  try {
    await answer.body.dump({ limit: 65_536 });
  } catch {
    // The body may be cut off: only the status of the response matters.
    discard(answer);
  }
}

/** Closes a response whose body is no longer needed. */
export function discard(answer: Dispatcher.ResponseData): void {
  // Without a listener, an error from the closed body would be uncaught and end the process.
  answer.body.on("error", () => undefined).destroy();
}

/** Takes a chunk of a body. If it returns a promise, the next chunk waits for it. */
export type TakeChunk = (chunk: Buffer) => Promise<void> | undefined;

/**
 * Passes a body's chunks to `take`, one after the other, as they arrive. Resolves at the end: with undefined,
 * or with the error that ended the body. Rejects with what `take` throws, after ending the body.
 */
export function readChunks(body: Readable, take: TakeChunk): Promise<unknown> {
  // For gigabytes in chunks of 64 KiB, events cost a fraction of what an iterator's promises cost.
  return new Promise((resolve, reject) => {
    let taken: Promise<void> | undefined;
    finished(body, { writable: false }, (fault) => {
      Promise.resolve(taken).then(() => resolve(fault ?? undefined), reject);
    });
    body.on("data", (chunk: Buffer) => {
      taken = attempt(take, chunk);
      if (taken === undefined) return;
      body.pause();
      taken.then(
        () => body.resume(),
        () => body.destroy(),
      );
    });
  });
}

function attempt(take: TakeChunk, chunk: Buffer): ReturnType<TakeChunk> {
  try {
    return take(chunk);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Reads a small body completely. Throws SourceUnavailable if it is cut off or is shorter than announced, and
 * SourceAnswerRefused if it exceeds `limit` bytes.
 */
export async function readBody(answer: SourceAnswer, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const fault = await readChunks(answer.body, (chunk) => {
    bytes += chunk.length;
    if (bytes > limit)
      throw new SourceAnswerRefused(`${answer.url} sent more than ${limit} bytes, which cannot be right`);
    chunks.push(chunk);
    return undefined;
  });
  if (fault !== undefined) throw networkError(fault, answer.url);
  const announced = header(answer, "content-length");
  if (announced !== undefined && Number(announced) !== bytes) {
    throw new SourceUnavailable(`${answer.url} announced ${announced} bytes and sent ${bytes}`);
  }
  return Buffer.concat(chunks);
}
