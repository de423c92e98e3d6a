/** Explore: any series of a survey, found by search and filters, read from Silver by the page itself. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { useLoaded } from "./loaded.ts";
import { showSeries } from "./observations.ts";
import { type Place, readPlace, type SetPlace, writePlace } from "./place.ts";
import { Search } from "./search.tsx";
import { Shown } from "./shown.tsx";
import {
  MOST_SERIES_HELD,
  openSurvey,
  readList,
  readListed,
  readObservations,
  type Survey,
} from "./silver.ts";
import { SurveyList } from "./survey-list.tsx";

/** The page: the list of surveys, or one survey. */
export function App() {
  const [place, setPlace] = usePlace();
  if (place.survey === "") return <SurveyList />;
  return <OneSurvey key={place.survey} place={place} setPlace={setPlace} />;
}

/** The state in the address. Typing replaces the entry in the browser's history; everything else adds one. */
function usePlace(): [Place, SetPlace] {
  const [place, setPlace] = useState(() => readPlace(location.hash));
  // At once, and not after the first paint: a change of the address must not be missed.
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
  const survey = useLoaded(() => openSurvey(abbreviation), abbreviation);
  useEffect(() => {
    const name = survey.value?.facts.name;
    document.title = `Explore ${abbreviation}${name ? `: ${name}` : ""}`;
  }, [abbreviation, survey.value]);
  return (
    <>
      <header>
        <p class="brand">Data Quest</p>
        <h1>
          Explore <em>{survey.value?.facts.name ?? abbreviation}</em>
          {survey.value?.facts.name ? ` (${abbreviation})` : ""}
        </h1>
        <p class="others">
          <a href={`${abbreviation}/latest/index.html`}>Latest report</a>
          <a href="explore.html">All surveys</a>
          <a href={writePlace(place)}>Link to this view</a>
        </p>
      </header>
      <main id="main">
        {survey.error ? (
          <p role="alert">
            {failureText(survey.error, `There is no list of the series of ${abbreviation} yet`)}
          </p>
        ) : null}
        {survey.value ? <Loaded survey={survey.value} place={place} setPlace={setPlace} /> : null}
        {survey.value || survey.error ? null : <p>Reading the survey…</p>}
      </main>
    </>
  );
}

function Loaded({ survey, place, setPlace }: { survey: Survey; place: Place; setPlace: SetPlace }) {
  const { facts } = survey;
  const isLarge = facts.series > MOST_SERIES_HELD;
  const list = useLoaded(async () => (isLarge ? undefined : await readList(survey)), survey);
  const chosen = useLoaded(
    async () =>
      Promise.all(
        place.series.map(async (id) => {
          const [listed, rows] = await Promise.all([readListed(survey, id), readObservations(survey, id)]);
          return { series: listed ?? { id, names: {}, begin: "", end: "", best: undefined }, rows };
        }),
      ),
    place.series.join(","),
  );
  const { periods, from, to } = place;
  const shown = useMemo(
    () => (chosen.value ?? []).map(({ series, rows }) => showSeries(series, rows, { periods, from, to })),
    [chosen.value, periods, from, to],
  );
  const toggle = (id: string) =>
    setPlace({
      series: place.series.includes(id) ? place.series.filter((each) => each !== id) : [...place.series, id],
    });
  const failed = chosen.error ?? list.error;
  return (
    <>
      {facts.synthetic ? (
        <aside class="banner" aria-label="Synthetic data">
          <strong>Synthetic data.</strong> These series contain generated data, for demonstration. Do not cite
          them.
        </aside>
      ) : null}
      {failed ? (
        <p role="alert">{failureText(failed, `The data file ${facts.dataFile} is not in Silver`)}</p>
      ) : null}
      <Search survey={survey} list={list.value} place={place} setPlace={setPlace} toggle={toggle} />
      <Shown
        facts={facts}
        observations={chosen.value?.map(({ rows }) => rows) ?? []}
        shown={shown}
        isLoading={chosen.pending && place.series.length > 0}
        place={place}
        setPlace={setPlace}
        toggle={toggle}
      />
    </>
  );
}

/** What happened, and what to do: a file that is missing or of another version comes with the survey's next run. */
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
