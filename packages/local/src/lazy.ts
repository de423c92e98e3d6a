/** A part that is started once, on first use. */
export type WhenNeeded<Part> = {
  get: () => Promise<Part>;
  /** Closes the part if it was ever started. */
  close: () => Promise<void>;
};

/** Defers `start` until the part is needed. If `start` fails, every caller of `get` gets its error. */
export function lazy<Part extends { close: () => unknown }>(start: () => Promise<Part>): WhenNeeded<Part> {
  let started: Promise<Part> | undefined;
  return {
    get: () => {
      started ??= start();
      return started;
    },
    close: async () => {
      // A part that failed to start has nothing to close, and its callers have received the error.
      const part = await started?.catch(() => undefined);
      await part?.close();
    },
  };
}
