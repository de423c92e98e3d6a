/** The survey that the page shows, with the newest version of each of its files. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Loaded, useLoaded } from "./loaded.ts";
import { openReader, type SilverReader } from "./silver-reader.ts";

export type OpenSurvey = Loaded<SilverReader> & {
  /** When the page last opened files that had been replaced. */
  replacedAt: Date | undefined;
  /** Opens the files again. Call it after a read found that its file had been replaced. */
  reopen: () => void;
  /** Opens the files again if one was replaced. A small file is held in memory, so reads do not notice a replacement. */
  reopenIfReplaced: () => Promise<void>;
};

/** Opens a survey. Opens it again if its files have been replaced when the user returns to the page. */
export function useSurvey(survey: string): OpenSurvey {
  const [replacedAt, setReplacedAt] = useState<Date | undefined>();
  const reader = useLoaded(() => openReader(survey), survey, replacedAt);
  const { value } = reader;
  const current = useRef(value);
  current.current = value;
  const reopen = useCallback(() => setReplacedAt(new Date()), []);
  const reopenIfReplaced = useCallback(async () => {
    const asked = current.current;
    if ((await asked?.isReplaced()) && asked === current.current) reopen();
  }, [reopen]);
  useEffect(() => () => value?.close(), [value]);
  useEffect(() => {
    const check = () => document.visibilityState === "visible" && void reopenIfReplaced();
    document.addEventListener("visibilitychange", check);
    window.addEventListener("focus", check);
    return () => {
      document.removeEventListener("visibilitychange", check);
      window.removeEventListener("focus", check);
    };
  }, [reopenIfReplaced]);
  return { ...reader, replacedAt, reopen, reopenIfReplaced };
}

/** How many times in a row the files are opened again before the page shows an error. */
const MOST_REOPENINGS = 3;

/**
 * Opens the survey's files again if one of these loads found that its file had been replaced. Returns true
 * while it does so.
 */
export function useReopening(loads: readonly Loaded<unknown>[], reopen: () => void): boolean {
  const reopenings = useRef(0);
  const isReplaced = loads.some(({ error }) => error?.name === "FileChanged");
  const isDone = loads.every(({ error, pending }) => error === undefined && !pending);
  const canReopen = isReplaced && reopenings.current < MOST_REOPENINGS;
  useEffect(() => {
    if (isDone) reopenings.current = 0;
    if (!canReopen) return;
    reopenings.current++;
    reopen();
  }, [isDone, canReopen, reopen]);
  return canReopen;
}
