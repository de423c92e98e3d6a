/** The list of surveys, if the address names none. */
import * as z from "zod/mini";
import { useLoaded } from "./loaded.ts";
import { readPlace, writePlace } from "./place.ts";

const Index = z.object({ surveys: z.array(z.object({ survey: z.string() })) });

export function SurveyList() {
  const surveys = useLoaded(async () => {
    const response = await fetch("index.json");
    if (!response.ok) throw new Error(`The server answered ${response.status}`);
    return Index.parse(await response.json()).surveys.map(({ survey }) => survey);
  }, undefined);
  return (
    <>
      <header>
        <p class="brand">Data Quest</p>
        <h1>Explore the series of a survey</h1>
      </header>
      <main id="main">
        {surveys.error ? (
          <p role="alert">The list of surveys could not be read: {surveys.error.message}.</p>
        ) : null}
        <ul>
          {surveys.value?.map((survey) => (
            <li key={survey}>
              <a href={writePlace({ ...readPlace(""), survey })}>{survey}</a>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}
