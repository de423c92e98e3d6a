import { useEffect, useState } from "preact/hooks";

/** The outcome of a load. While `pending`, `value` is the result for earlier keys, if there is one. */
export type Loaded<Value> = { value?: Value; error?: Error; pending: boolean };

/**
 * The result of `load` or, until it arrives, the previous result. Loads again when one of the keys changes.
 * The keys must cover everything that `load` depends on. A result that arrives after the next load has
 * started is dropped.
 */
export function useLoaded<Value>(load: () => Promise<Value>, ...keys: readonly unknown[]): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ pending: true });
  useEffect(() => {
    let isCurrent = true;
    setLoaded(({ value }) => ({ ...(value === undefined ? {} : { value }), pending: true }));
    load().then(
      (value) => isCurrent && setLoaded({ value, pending: false }),
      (error: unknown) =>
        isCurrent &&
        setLoaded({ error: error instanceof Error ? error : new Error(String(error)), pending: false }),
    );
    return () => {
      isCurrent = false;
    };
  }, keys);
  return loaded;
}
