/** Reads a file once for two readers. */
import type { ReadableFile } from "../bls-file/series-blocks.ts";

/** Where chunks pass from the reader that leads to the one that follows, one at a time. */
type Handover = {
  /** Resolves once the follower can take one more chunk, or takes none anymore. */
  give(chunk: Uint8Array): Promise<void>;
  /** No more chunks come, or none because of an error. */
  end(error?: unknown): void;
  chunks(): AsyncGenerator<Uint8Array>;
  /** The follower takes no more chunks. */
  close(): void;
};

/**
 * Opens `file` once and passes its chunks to both readers, so that neither gets far ahead of the other. What `lead` throws is thrown, and
 * ends the other one's chunks with the same error. What `follow` throws does not disturb the first: its outcome is `undefined` then,
 * and whoever needs it reads the file again. `follow` may open its file more than once; it is fetched anew from the second time on.
 */
export async function readTogether<Lead, Follow>(
  file: ReadableFile,
  lead: (file: ReadableFile) => Promise<Lead>,
  follow: (file: ReadableFile) => Promise<Follow>,
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
      // Where the reader stops early there is no error, but nothing more to come.
      handover.end(new Error(`${file.file} was not read to its end`));
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
  // Whoever does not open the file must not keep the other one waiting.
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

function createHandover(): Handover {
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
