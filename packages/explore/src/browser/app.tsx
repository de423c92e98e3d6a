/** Explore: any series of a survey, found by search and filters, read from Silver by the page itself. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { useLoaded } from "./loaded.ts";
import { showSeries } from "./observations.ts";
import { type Place, readPlace, writePlace } from "./place.ts";
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

export function App() {
  const [place, setPlace] = usePlace();
  if (place.survey === "") return <SurveyList />;
  return <OneSurvey key={place.survey} place={place} setPlace={setPlace} />;
}

type SetPlace = (change: Partial<Place>, replaces?: boolean) => void;

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
            {survey.error.name === "FileMissing"
              ? `There is no list of the series of ${abbreviation} yet. The next run of the survey writes it.`
              : `The survey could not be read: ${survey.error.message}. Reload the page to try again.`}
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
  const list = useLoaded(async () => (isLarge ? [] : await readList(survey)), survey);
  const ids = place.series.join(",");
  // Drawn from a link before the list has arrived.
  const observations = useLoaded(
    async () => Promise.all(place.series.map((id) => readObservations(survey, id))),
    ids,
  );
  const chosen = useLoaded(
    async () =>
      Promise.all(
        place.series.map(
          async (id) =>
            (await readListed(survey, id)) ?? { id, names: {}, begin: "", end: "", best: undefined },
        ),
      ),
    ids,
  );
  const { periods, from, to } = place;
  const shown = useMemo(
    () =>
      (chosen.value ?? []).flatMap((series, index) => {
        const rows = observations.value?.[index];
        return rows === undefined ? [] : [showSeries(series, rows, { periods, from, to })];
      }),
    [chosen.value, observations.value, periods, from, to],
  );
  const toggle = (id: string) =>
    setPlace({
      series: place.series.includes(id) ? place.series.filter((each) => each !== id) : [...place.series, id],
    });
  const failed = observations.error ?? chosen.error ?? list.error;
  return (
    <>
      {facts.synthetic ? (
        <aside class="banner" aria-label="Synthetic data">
          <strong>Synthetic data.</strong> These series contain generated data, for demonstration. Do not cite
          them.
        </aside>
      ) : null}
      {failed ? (
        <p role="alert">
          A file of the survey could not be read: {failed.message}. Reload the page to try again.
        </p>
      ) : null}
      <Search
        survey={survey}
        list={isLarge ? undefined : list.value}
        isLarge={isLarge}
        place={place}
        setPlace={setPlace}
        toggle={toggle}
      />
      <Shown
        facts={facts}
        observations={observations.value ?? []}
        shown={shown}
        isLoading={place.series.length > 0 && !failed && (!observations.value || !chosen.value)}
        place={place}
        setPlace={setPlace}
        toggle={toggle}
      />
    </>
  );
}
