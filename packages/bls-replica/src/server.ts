/**
 * A server on 127.0.0.1 that replicates the two sources: download.bls.gov's folder of surveys, and the
 * population API.
 */
import { realpath, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { listenOnLoopback } from "@data-quest/loopback-server/loopback-server";
import { pageAnswer } from "./answer.ts";
import type { VirtualFile } from "./content.ts";
import { deliver } from "./delivery.ts";
import { type Fault, type FaultRule, faultChooser } from "./faults.ts";
import { injectWireFault } from "./inject-fault.ts";
import { SERVER_ERROR } from "./pages.ts";
import { POPULATION, ROOT, respond, targetOf } from "./respond.ts";
import { siteOf } from "./site.ts";

/** The bundled population figures, which are real, in the format of DataUSA's Tesseract API. */
export const BUNDLED_POPULATION = fileURLToPath(
  new URL("./sample/population-acs5-nation.json", import.meta.url),
);

export type ReplicaOptions = {
  /**
   * The folder to serve as `/pub/time.series/`, with one folder for each survey, such as `pr`. Symbolic links
   * in it are not followed.
   */
  dir: string;
  /** Default: 0, which means any free port. */
  port?: number;
  /** The path of a JSON file, or JSON text. Default: the bundled ACS 5-year figures. */
  population?: string;
  /** The time in the Date header. Default: now. */
  clock?: () => Date;
  faults?: FaultRule[];
  /** Files that take no disk space. */
  virtual?: VirtualFile[];
  /** A delay before each response. */
  latencyMs?: number;
  /** Marks every file and listing with SYNTHETIC_HEADER. */
  synthetic?: boolean;
  /** Called when a response has been sent, or its client has disconnected. */
  onRequest?: (request: RecordedRequest) => void;
};

/** A request and its response. `status` is 0 if nothing was sent. `bytes` is the size of the body that was sent. */
export type RecordedRequest = {
  method: string;
  path: string;
  query: string;
  /** The request headers that affect a response, with names in lower case. */
  headers: Record<string, string>;
  status: number;
  bytes: number;
  /** Whether the whole response was sent. */
  complete: boolean;
  /** The kind of fault that was injected, if any. */
  fault?: Fault["kind"];
};

export type Replica = {
  url: string;
  /** The URL of the folder of surveys, corresponding to download.bls.gov/pub/time.series/. */
  timeSeries: string;
  population: string;
  /** Every request so far, in the order of arrival. */
  requests: RecordedRequest[];
  /** Replaces the fault rules. The counters of the new rules start at zero. */
  setFaults(rules: FaultRule[]): void;
  close(): Promise<void>;
};

const RECORDED_HEADERS = [
  "user-agent",
  "accept",
  "accept-encoding",
  "range",
  "if-range",
  "if-modified-since",
  "if-none-match",
];

/**
 * Starts the replica, for programs on this machine only. It reads the disk for each request, so changes take
 * effect at once. Throws if `dir` is not a folder or the port is taken.
 */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { dir, port = 0, clock = () => new Date(), latencyMs = 0 } = options;
  if (!(await stat(dir)).isDirectory())
    throw new Error(`${dir} is not a folder: specify the folder that contains pr/`);
  const served = {
    site: siteOf(await realpath(dir), options.virtual ?? []),
    population: options.population ?? BUNDLED_POPULATION,
    synthetic: options.synthetic ?? false,
  };
  const requests: RecordedRequest[] = [];
  let chooseFault = faultChooser(options.faults ?? []);

  const answer = async (request: IncomingMessage, response: ServerResponse, record: RecordedRequest) => {
    if (latencyMs > 0) await sleep(latencyMs);
    const fault = chooseFault(request, record.path, targetOf(record.path));
    if (fault) record.fault = fault.kind;
    if (fault?.kind === "meanwhile") await fault.before?.();
    const { answer, release } = await respond(served, request, record.path, fault);
    try {
      if (fault?.kind === "meanwhile") await fault.after?.();
      const wire = injectWireFault(fault);
      record.status = wire.halt?.after === "headers" ? 0 : answer.status;
      await deliver(response, answer, wire, record);
    } finally {
      await release();
    }
  };

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const record = recordOf(request);
    requests.push(record);
    response.setHeader("Server", "Microsoft-IIS/10.0");
    response.setHeader("Date", clock().toUTCString());
    answer(request, response, record)
      .catch(async (error: unknown) => {
        console.error(`replica: ${record.method} ${record.path} failed:`, error);
        record.status = 500;
        if (response.headersSent) response.destroy();
        else await deliver(response, pageAnswer(500, SERVER_ERROR), {}, record);
      })
      .finally(() => options.onRequest?.(record));
  };
  const server = await listenOnLoopback(port, handle);
  const url = server.endpoint;

  return {
    url,
    timeSeries: url + ROOT,
    population: url + POPULATION,
    requests,
    setFaults: (rules) => {
      chooseFault = faultChooser(rules);
    },
    close: server.close,
  };
}

function recordOf(request: IncomingMessage): RecordedRequest {
  const { pathname, search } = new URL(`http://replica${request.url}`);
  const headers: Record<string, string> = {};
  for (const name of RECORDED_HEADERS) {
    const value = request.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  return {
    method: request.method ?? "",
    path: pathname,
    query: search,
    headers,
    status: 0,
    bytes: 0,
    complete: false,
  };
}
