import { useEffect, useState } from "preact/hooks";

export type Loaded<Value> = { value?: Value; error?: Error };

/**
 * The result of `load` or, until it arrives, the previous result. Loads again when `key` changes, which must
 * represent everything that `load` depends on. A result that arrives after the next request has started is
 * dropped.
 */
export function useLoaded<Value>(load: () => Promise<Value>, key: unknown): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>({});
  useEffect(() => {
    let isCurrent = true;
    load().then(
      (value) => isCurrent && setLoaded({ value }),
      (error: unknown) =>
        isCurrent && setLoaded({ error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [key]);
  return loaded;
}
