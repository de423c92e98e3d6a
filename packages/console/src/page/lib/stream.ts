/** A stream of server-sent events that reconnects by itself, even after the console has been restarted. */
import { SIGNED_OUT } from "./api.ts";

export type StreamState = "connecting" | "open" | { problem: string };

const AGAIN_MILLISECONDS = 1000;

/**
 * Listens to `path`. The browser itself resumes after a short break, with the ID of the last event. If the
 * server refuses (a new token after a restart), this keeps trying with `after` until the new link has been opened.
 * Returns a function that closes the stream.
 */
export function listen(
  path: string,
  handlers: Record<string, (data: unknown) => void>,
  onState: (state: StreamState) => void,
): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = "";
  let ended = false;

  function open(): void {
    onState("connecting");
    const from = last === "" ? path : `${path}${path.includes("?") ? "&" : "?"}after=${last}`;
    const opened = new EventSource(from);
    source = opened;
    opened.onopen = () => onState("open");
    for (const [name, handle] of Object.entries(handlers))
      opened.addEventListener(name, (event: MessageEvent<string>) => {
        if (event.lastEventId !== "") last = event.lastEventId;
        handle(JSON.parse(event.data));
      });
    opened.addEventListener("problem", (event: MessageEvent<string>) =>
      onState({ problem: textOf(event.data) }),
    );
    opened.addEventListener("recovered", () => onState("open"));
    opened.addEventListener("failed", (event: MessageEvent<string>) => {
      onState({ problem: textOf(event.data) });
      opened.close();
    });
    opened.onerror = () => {
      if (ended) return;
      if (opened.readyState !== EventSource.CLOSED) {
        onState({ problem: "The console is not responding. Trying again." });
        return;
      }
      // Refused: the browser gives up, but this stream retries.
      onState({ problem: SIGNED_OUT });
      timer = setTimeout(open, AGAIN_MILLISECONDS);
    };
  }
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
  };
}

function textOf(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === "object" && value !== null && "message" in value ? String(value.message) : "";
}
