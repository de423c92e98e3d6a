import { useEffect, useState } from "preact/hooks";

export type Loaded<Value> = { value?: Value; error?: Error };

/**
 * What `load` gives, and until then what it gave before; loaded again when `key` changes, which stands for all that `load` depends on.
 * An answer that comes after the next request has begun is dropped.
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
