/** A part that is started on first use, once. */
export type WhenNeeded<Part> = {
  get: () => Promise<Part>;
  /** Closes the part if it was ever started. */
  close: () => Promise<void>;
};

/** Defers `start` until the part is needed. Its error is thrown to every caller of `get`. */
export function lazy<Part extends { close: () => unknown }>(start: () => Promise<Part>): WhenNeeded<Part> {
  let started: Promise<Part> | undefined;
  return {
    get: () => {
      started ??= start();
      return started;
    },
    close: async () => {
      // A part that failed to start has nothing to close, and its callers have the error.
      const part = await started?.catch(() => undefined);
      await part?.close();
    },
  };
}
