/** The list of surveys, for a URL without a survey. */
import * as z from "zod/mini";
import { useLoaded } from "./loaded.ts";
import { readPlace, writePlace } from "./place.ts";

const Index = z.object({ surveys: z.array(z.object({ survey: z.string(), name: z.nullish(z.string()) })) });

/** The surveys in the index, each with a link to its series. */
export function SurveyList() {
  const surveys = useLoaded(async () => {
    const response = await fetch("index.json");
    if (!response.ok) throw new Error(`The server returned ${response.status}`);
    return Index.parse(await response.json()).surveys;
  });
  return (
    <>
      <header>
        <p class="brand">Data Quest</p>
        <h1>Explore the series of a survey</h1>
      </header>
      <main id="main">
        {surveys.error ? (
          <p role="alert">
            The list of surveys could not be read: {surveys.error.message}. Reload the page to try again.
          </p>
        ) : null}
        {surveys.pending ? <p>Reading the list of surveys…</p> : null}
        <ul>
          {surveys.value?.map(({ survey, name }) => (
            <li key={survey}>
              <a href={writePlace({ ...readPlace(""), survey })}>{name ? `${name} (${survey})` : survey}</a>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}
