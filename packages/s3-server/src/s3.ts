import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { readCopySource } from "./copy-source.ts";
import { S3Error } from "./errors.ts";
import { ConnectionReset, failBefore, failWithin, type S3Fault } from "./faults.ts";
import type { Notification } from "./notifications.ts";
import type { S3Response } from "./operation.ts";
import { ACCOUNT_ID } from "./owner.ts";
import { header, hostId, newRequestId, readRequest, type S3Request } from "./request.ts";
import { findRoute } from "./routes.ts";
import { closeStore, openStore, type Store } from "./store/store.ts";
import { toXml } from "./xml.ts";

/**
 * A finished request. `operation` is AWS's name for the operation, or "" if there is none. `status` is 0 if
 * there was no response. `errorCode` is S3's error code, or ConnectionReset or ConnectionBroken if the response
 * was not sent completely.
 */
export type S3RequestRecord = {
  accessKeyId: string | null;
  operation: string;
  bucket: string | null;
  key: string | null;
  versionId: string | null;
  copySource: { bucket: string; key: string; versionId: string | null } | null;
  /** Whether the request writes tags together with an object. */
  tagging: boolean;
  /** Whether the request has an If-Match header, which requires permission to read the object. */
  ifMatch: boolean;
  status: number;
  errorCode: string | null;
  errorMessage: string | null;
  bytesIn: number;
  bytesOut: number;
};

export type S3Options = {
  /** The folder for all data, created if it is missing. Only one process at a time may have it open. */
  dir: string;
  /** Called for each damaged file, with a sentence that says what is wrong and what was done. */
  onProblem?: (problem: string) => void;
  /** Called for each finished request. */
  onRequest?: (record: S3RequestRecord) => void;
  /** Called after a change, with each notification that the bucket's configuration requests. */
  onEvent?: (notification: Notification) => void;
  /**
   * Called before each request is handled. The fault that it returns is injected into the request. For tests.
   */
  intercept?: (record: S3RequestRecord) => S3Fault | undefined | Promise<S3Fault | undefined>;
};

export type S3 = {
  /** Answers one request. Never rejects. */
  handle: (message: IncomingMessage, answer: ServerResponse) => Promise<void>;
  /** Waits for the requests in progress and releases the folder. Their connections must have been closed. */
  close: () => Promise<void>;
};

/**
 * Opens a folder of buckets and returns a handler for S3 requests. Requests must be signed, with any key. Throws
 * DirectoryInUse if another process has the folder open.
 */
export function createS3(options: S3Options): S3 {
  const store = openStore(options.dir, options.onProblem);
  const underway = new Set<Promise<void>>();
  return {
    handle: (message, answer) => {
      const task = handle(store, options, message, answer).finally(() => underway.delete(task));
      underway.add(task);
      return task;
    },
    close: async () => {
      await Promise.all(underway);
      closeStore(store);
    },
  };
}

/**
 * An object that a browser shows must not act with this origin, which serves the whole API. A sandboxed
 * document has a separate origin. Without nosniff, a browser could interpret an object as a type other than
 * its Content-Type.
 */
const SANDBOX_HEADERS = {
  "content-security-policy": "sandbox allow-scripts allow-downloads allow-popups",
  "x-content-type-options": "nosniff",
};

async function handle(
  store: Store,
  options: S3Options,
  message: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const id = newRequestId();
  const record: S3RequestRecord = {
    accessKeyId: null,
    operation: "",
    bucket: null,
    key: null,
    versionId: null,
    copySource: null,
    tagging: false,
    ifMatch: false,
    status: 0,
    errorCode: null,
    errorMessage: null,
    bytesIn: 0,
    bytesOut: 0,
  };
  const atEnd: (() => Promise<void>)[] = [];
  answer.once("close", () => options.onRequest?.(record));
  try {
    const request = readRequest(message, id, (bytes) => {
      record.bytesIn += bytes;
    });
    const { accessKeyId, bucket, key, query } = request;
    Object.assign(record, {
      accessKeyId,
      bucket: bucket || null,
      key: key || null,
      versionId: query.get("versionId"),
      tagging: header(request, "x-amz-tagging") !== undefined,
      ifMatch: header(request, "if-match") !== undefined,
    });
    const route = findRoute(request);
    record.operation = route.name;
    record.copySource = readCopySource(request);
    const fault = await options.intercept?.(record);
    failBefore(fault);
    checkOwner(request);
    const response = await route.run({
      store,
      request,
      fault,
      send: (notification) => options.onEvent?.(notification),
      atEnd,
    });
    if (fault?.kind === "reset" && fault.when === "after")
      throw new ConnectionReset("reset before the response");
    await send(answer, id, faulty(response, message, fault), record);
  } catch (error) {
    await fail(answer, message, id, error, record);
  } finally {
    for (const end of atEnd) await end();
  }
}

/** A client may specify the account that it expects to own the bucket. */
function checkOwner(request: S3Request): void {
  for (const name of ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"]) {
    if ((header(request, name) ?? ACCOUNT_ID) !== ACCOUNT_ID) throw new S3Error("AccessDenied");
  }
}

/** Injects a fault into the body of a response, if the request had no body. */
function faulty(response: S3Response, message: IncomingMessage, fault: S3Fault | undefined): S3Response {
  if (typeof response.body !== "object" || message.method !== "GET") return response;
  const { bytes, contentLength } = response.body;
  return { ...response, body: { bytes: failWithin(bytes, fault), contentLength } };
}

async function send(
  answer: ServerResponse,
  id: string,
  response: S3Response,
  record: S3RequestRecord,
): Promise<void> {
  const { status, headers = {}, body } = response;
  record.status = status;
  answer.writeHead(status, {
    ...SANDBOX_HEADERS,
    "x-amz-request-id": id,
    "x-amz-id-2": hostId(id),
    ...(status === 204 || status === 304 || "content-length" in headers
      ? {}
      : { "content-length": lengthOf(body) }),
    ...headers,
  });
  if (body === undefined || answer.req.method === "HEAD") {
    answer.end();
  } else if (typeof body === "string") {
    record.bytesOut = Buffer.byteLength(body);
    answer.end(body);
  } else {
    const counted = count(body.bytes, (bytes) => {
      record.bytesOut += bytes;
    });
    await pipeline(counted, answer);
  }
}

async function* count(source: AsyncIterable<Buffer>, add: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    add(chunk.length);
    yield chunk;
  }
}

function lengthOf(body: S3Response["body"]): number {
  if (body === undefined) return 0;
  return typeof body === "string" ? Buffer.byteLength(body) : body.contentLength;
}

/** Sends an error as S3 does. If the response has started, or must not be sent, the connection is reset. */
async function fail(
  answer: ServerResponse,
  message: IncomingMessage,
  id: string,
  error: unknown,
  record: S3RequestRecord,
): Promise<void> {
  record.errorMessage = error instanceof Error ? error.message : String(error);
  if (error instanceof ConnectionReset || answer.headersSent) {
    record.errorCode = error instanceof ConnectionReset ? "ConnectionReset" : "ConnectionBroken";
    message.socket.resetAndDestroy();
    return;
  }
  const known = error instanceof S3Error ? error : internalError(error);
  record.errorCode = known.code;
  const body = toXml(
    "Error",
    {
      Code: known.code,
      Message: known.message,
      ...known.details,
      Resource: (message.url ?? "").split("?")[0],
      RequestId: id,
      HostId: hostId(id),
    },
    "",
  );
  // The rest of the request's body is read and dropped, so that a client that is still sending gets this response.
  message.resume();
  await send(
    answer,
    id,
    { status: known.status, headers: { "content-type": "application/xml", ...known.headers }, body },
    record,
  );
}

/** Converts an error without an S3 code, such as a full disk. The message includes the error's text. */
function internalError(error: unknown): S3Error {
  const why = error instanceof Error ? error.message : String(error);
  return new S3Error("InternalError", {
    message: `We encountered an internal error. Please try again. (${why})`,
  });
}
