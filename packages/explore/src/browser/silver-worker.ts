/**
 * The worker that reads Silver and searches the list of series, so that the page stays responsive.
 * It reads one survey, and one version of each of its files.
 */
import { listCsv } from "./observations.ts";
import { openReleases, type Releases, readRevisions } from "./read-revisions.ts";
import { LIST_KEYS, type Query, searchOf } from "./series-search.ts";
import {
  openSurvey,
  readList,
  readListed,
  readObservations,
  type Survey,
  searchLargeList,
} from "./silver.ts";
import {
  type Answer,
  type Call,
  type CallName,
  type Found,
  MOST_LISTED,
  MOST_SERIES_HELD,
  type OpenedSeries,
  type SilverCalls,
} from "./silver-calls.ts";
import { sortRows } from "./sort.ts";

type Handlers = {
  [Name in CallName]: (given: SilverCalls[Name]["given"]) => Promise<SilverCalls[Name]["gives"]>;
};

let opened: Survey | undefined;
/** Opens the releases of the data file, once. */
let openedReleases: () => Promise<Releases> = () => Promise.reject(new Error("No survey is open"));
let held: Promise<ReturnType<typeof searchOf>> | undefined;
let newestSearch = 0;
/** The series that are being read. */
let reading: Promise<unknown> = Promise.resolve();

const handlers: Handlers = {
  async open({ survey, silver }) {
    opened = await openSurvey(survey, silver);
    const { facts } = opened;
    let releases: Promise<Releases> | undefined;
    openedReleases = () => {
      releases ??= openReleases(facts.survey, facts.dataFile, silver);
      return releases;
    };
    return facts;
  },
  async search(query) {
    newestSearch++;
    const search = newestSearch;
    if (!isLarge(survey())) await heldSearch();
    // Searches that were requested while this thread was busy are counted first.
    await nextTask();
    return search === newestSearch ? await find(query) : undefined;
  },
  async csv(query) {
    const series = isLarge(survey()) ? (await find(query)).series : (await heldSearch())(query);
    const columns = survey().facts.columns.map(({ name }) => name);
    return new Blob([listCsv(series, columns)], { type: "text/csv;charset=utf-8" });
  },
  series({ id }) {
    const series = openSeries(survey(), id);
    reading = Promise.allSettled([reading, series]);
    return series;
  },
  revisions: async ({ id }) => readRevisions(await openedReleases(), id),
  isReplaced: () => survey().isReplaced(),
};

function survey(): Survey {
  if (opened === undefined) throw new Error("No survey is open");
  return opened;
}

function isLarge({ facts }: Survey): boolean {
  return facts.series > MOST_SERIES_HELD;
}

/** The search of the whole list. The list is read once, after the series in the page's URL. */
function heldSearch(): Promise<ReturnType<typeof searchOf>> {
  held ??= reading.then(() => readList(survey())).then(searchOf);
  return held;
}

async function find(query: Query): Promise<Found> {
  if (!isLarge(survey())) {
    const found = (await heldSearch())(query);
    return { series: found.slice(0, MOST_LISTED), total: found.length, isWhole: true };
  }
  const { words, filters, sort } = query;
  const prefix = words.trim().toUpperCase();
  const { found, isWhole } = await searchLargeList(survey(), prefix, filters, MOST_LISTED);
  // An incomplete result is not sorted, because it would then look like the beginning of the whole sorted list.
  const series = isWhole ? sortRows(found, sort, LIST_KEYS) : found;
  return { series, total: found.length, isWhole };
}

async function openSeries(survey: Survey, id: string): Promise<OpenedSeries> {
  const [listed, rows] = await Promise.all([readListed(survey, id), readObservations(survey, id)]);
  return { series: listed ?? { id, names: {}, begin: "", end: "", best: undefined }, rows };
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

async function answer<Name extends CallName>({ name, given, port }: Call<Name>): Promise<void> {
  const result: Answer<SilverCalls[Name]["gives"]> = await handlers[name](given).then(
    (value) => ({ value }),
    (error: unknown) => ({
      error:
        error instanceof Error
          ? { name: error.name, message: error.message }
          : { name: "Error", message: String(error) },
    }),
  );
  port.postMessage(result);
  port.close();
}

addEventListener("message", ({ data }: MessageEvent<Call>) => {
  void answer(data);
});
