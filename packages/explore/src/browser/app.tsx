/** Explore: any series of a survey, found by search and filters, read from Silver by the page itself. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { useLoaded } from "./loaded.ts";
import { showSeries } from "./observations.ts";
import { type Place, readPlace, type SetPlace, writePlace } from "./place.ts";
import { Revisions } from "./revisions.tsx";
import { Search } from "./search.tsx";
import { Shown } from "./shown.tsx";
import type { OpenedSeries } from "./silver-calls.ts";
import type { SilverReader } from "./silver-reader.ts";
import { type OpenSurvey, useReopening, useSurvey } from "./survey.ts";
import { SurveyList } from "./survey-list.tsx";

/** The page: the list of surveys, or one survey. */
export function App() {
  const [place, setPlace] = usePlace();
  if (place.survey === "") return <SurveyList />;
  return <OneSurvey key={place.survey} place={place} setPlace={setPlace} />;
}

/** The state in the URL. Typing replaces the entry in the browser's history; everything else adds one. */
function usePlace(): [Place, SetPlace] {
  const [place, setPlace] = useState(() => readPlace(location.hash));
  // The listeners are added immediately, not after the first paint, so that no change of the URL is missed.
  useLayoutEffect(() => {
    const read = () => setPlace(readPlace(location.hash));
    window.addEventListener("popstate", read);
    window.addEventListener("hashchange", read);
    return () => {
      window.removeEventListener("popstate", read);
      window.removeEventListener("hashchange", read);
    };
  }, []);
  const change = useCallback<SetPlace>((parts, replaces = false) => {
    const next = { ...readPlace(location.hash), ...parts };
    history[replaces ? "replaceState" : "pushState"](null, "", writePlace(next));
    setPlace(next);
  }, []);
  return [place, change];
}

function OneSurvey({ place, setPlace }: { place: Place; setPlace: SetPlace }) {
  const { survey: abbreviation } = place;
  const survey = useSurvey(abbreviation);
  const name = survey.value?.facts.name;
  useEffect(() => {
    document.title = `Explore ${abbreviation}${name ? `: ${name}` : ""}`;
  }, [abbreviation, name]);
  return (
    <>
      <header>
        <p class="brand">Data Quest</p>
        <h1>
          Explore <em>{name ?? abbreviation}</em>
          {name ? ` (${abbreviation})` : ""}
        </h1>
        <p class="others">
          <a href={`${abbreviation}/latest/index.html`}>Latest report</a>
          <a href="explore.html">All surveys</a>
          <a href={writePlace(place)}>Link to this view</a>
        </p>
      </header>
      <main id="main">
        <p role="status">
          {survey.replacedAt
            ? `A run replaced the data of this survey while the page was open. The page has shown the new data since ${survey.replacedAt.toLocaleTimeString("en-US")}.`
            : ""}
        </p>
        {survey.error ? (
          <p role="alert">
            {failureText(survey.error, `There is no list of the series of ${abbreviation} yet`)}
          </p>
        ) : null}
        {survey.value ? (
          <Loaded survey={survey} reader={survey.value} place={place} setPlace={setPlace} />
        ) : null}
        {survey.value || survey.error ? null : <p>Reading the survey…</p>}
      </main>
    </>
  );
}

type LoadedProps = {
  survey: Pick<OpenSurvey, "reopen" | "reopenIfReplaced">;
  reader: SilverReader;
  place: Place;
  setPlace: SetPlace;
};

function Loaded({ survey, reader, place, setPlace }: LoadedProps) {
  const { facts } = reader;
  const { words, filters, listSort: sort } = place;
  const chosen = useLoaded(
    () => Promise.all(place.series.map((id) => reader.series(id))),
    reader,
    place.series.join(","),
  );
  const query = { words, filters, sort };
  const found = useLoaded(() => reader.search(query), reader, JSON.stringify(query));
  const shown = useShown(chosen.value, place);
  const toggle = (id: string) => {
    setPlace({
      series: place.series.includes(id) ? place.series.filter((each) => each !== id) : [...place.series, id],
    });
    void survey.reopenIfReplaced();
  };
  const isReplaced = useReopening([chosen, found], survey.reopen);
  const failed = isReplaced ? undefined : (chosen.error ?? found.error);
  return (
    <>
      {facts.synthetic ? <SyntheticBanner /> : null}
      {failed ? (
        <p role="alert">{failureText(failed, `The data file ${facts.dataFile} is not in Silver`)}</p>
      ) : null}
      <Search
        facts={facts}
        found={found}
        csv={() => reader.csv(query)}
        place={place}
        setPlace={setPlace}
        toggle={toggle}
      />
      <Shown
        facts={facts}
        observations={chosen.value?.map(({ rows }) => rows) ?? []}
        shown={shown}
        isLoading={chosen.pending && place.series.length > 0}
        place={place}
        setPlace={setPlace}
        toggle={toggle}
      />
      <Revisions
        reader={reader}
        shown={shown}
        sort={place.revisionSort}
        onSort={(revisionSort) => setPlace({ revisionSort })}
      />
    </>
  );
}

/** The chosen observations of the selected series. */
function useShown(opened: readonly OpenedSeries[] | undefined, { periods, from, to }: Place) {
  return useMemo(
    () => (opened ?? []).map(({ series, rows }) => showSeries(series, rows, { periods, from, to })),
    [opened, periods, from, to],
  );
}

function SyntheticBanner() {
  return (
    <aside class="banner" aria-label="Synthetic data">
      <strong>Synthetic data.</strong> These series contain generated data, for demonstration. Do not cite
      them.
    </aside>
  );
}

/**
 * What happened, and what to do. If a file is missing or has another format, the survey's next run writes it.
 */
function failureText(error: Error, missing: string): string {
  switch (error.name) {
    case "FileMissing":
      return `${missing}. The next run of the survey writes it.`;
    case "ListOutdated":
      return `${error.message}. The next run of the survey writes it again.`;
    default:
      return `The survey could not be read: ${error.message}. Reload the page to try again.`;
  }
}
