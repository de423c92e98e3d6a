/** The page's side of the worker that reads Silver. */
import type { SeriesListFacts } from "@data-quest/core/silver/series-list-facts";
import type { SeriesRevisions } from "./revisions.ts";
import type { Query } from "./series-search.ts";
import type { Answer, Call, CallName, Found, OpenedSeries, SilverCalls } from "./silver-calls.ts";

/** The script of the worker, which the page contains. */
declare const SILVER_WORKER: string;

/**
 * A survey that is open in its worker. Calls reject with errors that have the same names as in the worker.
 */
export type SilverReader = {
  facts: SeriesListFacts;
  search: (query: Query) => Promise<Found | undefined>;
  csv: (query: Query) => Promise<Blob>;
  series: (id: string) => Promise<OpenedSeries>;
  revisions: (id: string) => Promise<SeriesRevisions>;
  isReplaced: () => Promise<boolean>;
  /** Ends the worker. Pending calls never get a response. */
  close: () => void;
};

/**
 * Starts a worker and opens a survey in it. Throws whatever openSurvey throws, and Error if the worker cannot
 * start.
 */
export async function openReader(survey: string): Promise<SilverReader> {
  const address = URL.createObjectURL(new Blob([SILVER_WORKER], { type: "text/javascript" }));
  const worker = new Worker(address);
  URL.revokeObjectURL(address);
  const call = <Name extends CallName>(name: Name, given: SilverCalls[Name]["given"]) =>
    callWorker(worker, name, given);
  const failure = new Promise<never>((_, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message || "the browser did not start the worker"));
  });
  try {
    const silver = new URL("../bls/", location.href).href;
    const facts = await Promise.race([call("open", { survey, silver }), failure]);
    return {
      facts,
      search: (query) => call("search", query),
      csv: (query) => call("csv", query),
      series: (id) => call("series", { id }),
      revisions: (id) => call("revisions", { id }),
      isReplaced: () => call("isReplaced", undefined),
      close: () => worker.terminate(),
    };
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

function callWorker<Name extends CallName>(worker: Worker, name: Name, given: SilverCalls[Name]["given"]) {
  return new Promise<SilverCalls[Name]["gives"]>((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<Answer<SilverCalls[Name]["gives"]>>) => {
      port1.close();
      if ("value" in data) resolve(data.value);
      else reject(Object.assign(new Error(data.error.message), { name: data.error.name }));
    };
    const sent: Call<Name> = { name, given, port: port2 };
    worker.postMessage(sent, [port2]);
  });
}
