/** Reads a file once for two readers. */

/** A file that can be opened more than once. `file` is its name in errors. */
type OpenableFile = { file: string; open(): Promise<AsyncIterable<Uint8Array>> };

/** Passes chunks from the leader to the follower, one at a time. */
type Handover = {
  /** Resolves when the follower can take one more chunk, or when it takes no more chunks. */
  give(chunk: Uint8Array): Promise<void>;
  /** Ends the chunks, with an error if there is one. */
  end(error?: unknown): void;
  chunks(): AsyncGenerator<Uint8Array>;
  /** Called when the follower takes no more chunks. */
  close(): void;
};

/**
 * Opens `file` once and passes its chunks to both readers, so that neither gets far ahead of the other. An
 * error from `lead` is thrown and also ends the follower's chunks. An error from `follow` does not affect the
 * leader: the result of `follow` is then `undefined`, and the caller reads the file again if it needs to.
 * `follow` may open its file more than once; every time after the first, the file is fetched again.
 */
export async function readTogether<File extends OpenableFile, Lead, Follow>(
  file: File,
  lead: (file: File) => Promise<Lead>,
  follow: (file: File) => Promise<Follow>,
): Promise<{ lead: Lead; follow: Follow | undefined }> {
  const handover = createHandover();
  let isTaken = false;

  async function* leading(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of await file.open()) {
        await handover.give(chunk);
        yield chunk;
      }
      handover.end();
    } catch (error) {
      handover.end(error);
      throw error;
    } finally {
      // If the leader stops early, there is no error, but the follower gets no more chunks either.
      handover.end(new Error(`${file.file} was not read to the end`));
    }
  }

  const following = follow({
    ...file,
    open: async () => {
      if (isTaken) return file.open();
      isTaken = true;
      return handover.chunks();
    },
  }).catch(() => undefined);
  // A reader that does not open the file must not block the other one.
  void following.then(() => handover.close());

  let isLed = false;
  const result = await lead({
    ...file,
    open: async () => {
      if (isLed) return file.open();
      isLed = true;
      return leading();
    },
  }).catch(async (error: unknown) => {
    handover.end(error);
    await following;
    throw error;
  });
  return { lead: result, follow: await following };
}

/** Passes chunks from one reader to another one that works concurrently. */
export function createHandover(): Handover {
  let waiting: Uint8Array | undefined;
  let ended: { error?: unknown } | undefined;
  let isClosed = false;
  let wake: () => void = () => undefined;
  let changed = new Promise<void>((resolve) => {
    wake = resolve;
  });
  function change(): void {
    wake();
    changed = new Promise<void>((resolve) => {
      wake = resolve;
    });
  }

  function close(): void {
    isClosed = true;
    change();
  }

  return {
    async give(chunk) {
      while (waiting !== undefined && !isClosed) await changed;
      if (isClosed) return;
      waiting = chunk;
      change();
    },
    end(error) {
      ended ??= error === undefined ? {} : { error };
      change();
    },
    async *chunks() {
      try {
        for (;;) {
          while (waiting === undefined && ended === undefined) await changed;
          if (waiting === undefined) {
            if (ended !== undefined && "error" in ended) throw ended.error;
            return;
          }
          const chunk = waiting;
          waiting = undefined;
          change();
          yield chunk;
        }
      } finally {
        close();
      }
    },
    close,
  };
}
