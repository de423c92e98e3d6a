/** Handles Ctrl-C while a command runs. */

/** The first Ctrl-C or SIGTERM after `listenForInterrupt` aborts `signal`. The second one ends the process at once. */
export type Interruption = { signal: AbortSignal; close(): void };

/** The exit code of a command that was ended by Ctrl-C, as in shells. */
export const INTERRUPTED = 130;

/** Handles Ctrl-C and SIGTERM until `close` is called. */
export function listenForInterrupt(): Interruption {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return {
    signal: controller.signal,
    close: () => {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    },
  };
}
