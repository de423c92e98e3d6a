/** The download of one file: conditional, resumed if it is cut off, and never a mix of two versions. */
import { SourceUnavailable } from "../errors.ts";
import {
  ask,
  combinedHeader,
  discard,
  drain,
  header,
  networkError,
  readChunks,
  type SourceAnswer,
  type SourceClient,
  type TakeChunk,
} from "./http.ts";

/** A file in transit. */
export type Download = {
  /** Last-Modified as received, if it is a date. */
  lastModified: string | undefined;
  /** The response's time on the source's clock (the Date header). */
  date: string | undefined;
  contentType: string | undefined;
  /** The number of bytes, if the source announced it. */
  contentLength: number | undefined;
  /** True if the source says that its data is synthetic. */
  synthetic: boolean;
  /**
   * Reads the body, once, and passes its chunks to `take` in order. Throws SourceUnavailable if the file
   * cannot be read completely, and whatever `take` throws.
   */
  read: (take: TakeChunk) => Promise<void>;
  /** Cancels the download. */
  cancel: () => void;
};

export type NotModified = {
  notModified: true;
  lastModified: string | undefined;
  date: string | undefined;
};

/** The download fails after this many consecutive resumptions that bring hardly any bytes. */
const MOST_FRUITLESS_RESUMPTIONS = 3;
const HARDLY_ANYTHING_BYTES = 64 * 1024;
const FIRST_PAUSE_MILLISECONDS = 250;
/** The longest form of an HTTP date has 33 characters (RFC 9110, 5.6.7): `Wednesday, 06-Nov-94 08:49:37 GMT`. */
const LONGEST_DATE = 33;
/** How many characters of Content-Type are kept. S3 limits Content-Type and similar headers to 2 KB in total. */
const LONGEST_CONTENT_TYPE = 255;

/**
 * Requests a file. With `ifModifiedSince` (an HTTP date), the response may say that the file has not changed. Throws
 * what `ask` throws.
 */
export async function download(
  client: SourceClient,
  url: URL,
  ifModifiedSince?: string,
): Promise<Download | NotModified> {
  const first = await ask(client, url, {
    headers: ifModifiedSince === undefined ? {} : { "if-modified-since": ifModifiedSince },
    accept: ifModifiedSince === undefined ? [200] : [200, 304],
  });
  const lastModified = dateHeader(first, "last-modified");
  const date = header(first, "date");
  if (first.statusCode === 304) {
    await drain(first);
    return { notModified: true, lastModified, date };
  }
  const length = header(first, "content-length");
  const contentLength = length === undefined ? undefined : Number(length);
  const transfer: Transfer = { answer: first, cancelled: false };
  return {
    lastModified,
    date,
    contentType: combinedHeader(first, "content-type")?.slice(0, LONGEST_CONTENT_TYPE),
    contentLength,
    synthetic: header(first, "x-data-quest-synthetic") === "true",
    read: (take) => readResuming(client, transfer, contentLength, take),
    cancel: () => {
      transfer.cancelled = true;
      discard(transfer.answer);
    },
  };
}

/** A header that is an HTTP date. Undefined if it is not one. */
function dateHeader(answer: SourceAnswer, name: string): string | undefined {
  const value = header(answer, name);
  if (value === undefined || value.length > LONGEST_DATE || Number.isNaN(Date.parse(value))) return undefined;
  return value;
}

/** A download in progress: the response that is being read. */
type Transfer = { answer: SourceAnswer; cancelled: boolean };

async function readResuming(
  client: SourceClient,
  transfer: Transfer,
  contentLength: number | undefined,
  take: TakeChunk,
): Promise<void> {
  const first = transfer.answer;
  let received = 0;
  let fruitless = 0;

  function takeExpected(chunk: Buffer): ReturnType<TakeChunk> {
    received += chunk.length;
    if (contentLength !== undefined && received > contentLength)
      throw new SourceUnavailable(`${first.url} announced ${contentLength} bytes and sent more`);
    return take(chunk);
  }

  for (;;) {
    const before = received;
    const fault = await readChunks(transfer.answer.body, takeExpected);
    if (fault === undefined && (contentLength === undefined || received >= contentLength)) return;
    const broken =
      fault === undefined
        ? new SourceUnavailable(
            `${first.url} ended after ${received} bytes, though it announced ${contentLength}`,
          )
        : networkError(fault, first.url);
    fruitless = received - before >= HARDLY_ANYTHING_BYTES ? 0 : fruitless + 1;
    const validator = strongValidator(first);
    const isOver = transfer.cancelled || fruitless > MOST_FRUITLESS_RESUMPTIONS;
    if (isOver || validator === undefined || contentLength === undefined) throw broken;
    await client.sleep(Math.random() * FIRST_PAUSE_MILLISECONDS * 2 ** fruitless);
    transfer.answer = await resume(client, first, validator, received, contentLength, broken);
    if (transfer.cancelled) discard(transfer.answer);
  }
}

/** Requests the rest, and verifies that it is the rest of the same version. */
async function resume(
  client: SourceClient,
  first: SourceAnswer,
  validator: string,
  from: number,
  contentLength: number,
  broken: SourceUnavailable,
): Promise<SourceAnswer> {
  const answer = await ask(client, first.url, {
    headers: { range: `bytes=${from}-`, "if-range": validator },
    accept: [200, 206, 416],
  });
  const sameVersion =
    header(answer, "etag") === header(first, "etag") &&
    header(answer, "last-modified") === header(first, "last-modified");
  const range = `bytes ${from}-${contentLength - 1}/${contentLength}`;
  if (answer.statusCode === 206 && sameVersion && header(answer, "content-range") === range) return answer;
  discard(answer);
  throw new SourceUnavailable(
    `${broken.message}; the rest could not be fetched (status ${answer.statusCode}${sameVersion ? "" : ", another version"}), so the file is read again from the start`,
    { cause: broken },
  );
}

/**
 * What If-Range may contain (RFC 9110, 13.1.5): a strong ETag, or else Last-Modified if it is at least a minute
 * before Date.
 */
function strongValidator(answer: SourceAnswer): string | undefined {
  const etag = header(answer, "etag");
  if (etag?.startsWith('"')) return etag;
  const lastModified = header(answer, "last-modified");
  const age = Date.parse(header(answer, "date") ?? "") - Date.parse(lastModified ?? "");
  return age >= 60_000 ? lastModified : undefined;
}
