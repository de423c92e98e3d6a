/** A part that is started when it is first asked for, and only once. */
export type WhenNeeded<Part> = {
  get: () => Promise<Part>;
  /** Closes the part if it was ever started. */
  close: () => Promise<void>;
};

/** Puts off `start` until the part is needed. What goes wrong in it is thrown to everybody who asks for the part. */
export function lazy<Part extends { close: () => unknown }>(start: () => Promise<Part>): WhenNeeded<Part> {
  let started: Promise<Part> | undefined;
  return {
    get: () => {
      started ??= start();
      return started;
    },
    close: async () => {
      // A part that did not start is not there to be closed, and who asked for it knows why.
      const part = await started?.catch(() => undefined);
      await part?.close();
    },
  };
}
