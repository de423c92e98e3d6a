/** The state of the page as a path and parameters in its URL, so that everything can be linked to. */
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

/** True for a trace: a trace is a single file, so its parameters are in the fragment. */
let inFragment = false;

/** Keeps parameters in the fragment of the URL, for a page that is a file. */
export function keepParametersInFragment(): void {
  inFragment = true;
}

window.addEventListener("popstate", () => notify());
window.addEventListener("hashchange", () => notify());

function notify(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Goes to a URL of this page. */
export function navigate(to: string): void {
  history.pushState(null, "", to);
  notify();
  window.scrollTo(0, 0);
}

/** The current path. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

function currentText(): string {
  return inFragment ? location.hash.slice(1) : location.search.slice(1);
}

/** The parameters in the URL. */
export function useParameters(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(subscribe, currentText));
}

/**
 * Sets parameters, and removes those that are null. By default, replaces the entry in the browser's history;
 * `push` adds an entry.
 */
export function setParameters(changes: Record<string, string | null>, { push = false } = {}): void {
  const parameters = changed(changes);
  const text = parameters.toString();
  if (text === currentText()) return;
  const to = inFragment ? `#${text}` : `${location.pathname}${text === "" ? "" : `?${text}`}`;
  if (push) history.pushState(null, "", to);
  else history.replaceState(null, "", to);
  notify();
}

function changed(changes: Record<string, string | null>): URLSearchParams {
  const parameters = new URLSearchParams(currentText());
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") parameters.delete(name);
    else parameters.set(name, value);
  }
  return parameters;
}
