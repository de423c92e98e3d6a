/** Calls to the console's own server. */
import { useCallback, useEffect, useState } from "react";

/** A call that the server refused or could not complete. */
class CallFailed extends Error {
  override readonly name = "CallFailed";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The response to a call, with the type that api-types.ts defines for it. Throws CallFailed. */
export async function call<T>(path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(
      path,
      body === undefined
        ? {}
        : {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
          },
    );
  } catch {
    throw new CallFailed(0, "The console is not responding. It may have been stopped.");
  }
  if (response.status === 401) throw new CallFailed(401, SIGNED_OUT);
  const value: unknown = await response.json();
  if (!response.ok) {
    const message =
      typeof value === "object" && value !== null && "message" in value
        ? String(value.message)
        : response.statusText;
    throw new CallFailed(response.status, message);
  }
  // The server's types are those of api-types.ts.
  return value as T;
}

export const SIGNED_OUT =
  "The console was restarted. Open the link that it printed, and this page will continue.";

export type Loaded<T> = { value: T | undefined; error: string | undefined; reload: () => void };

/**
 * Loads a response, and loads it again when the path changes or `reload` is called. An undefined path loads
 * nothing.
 */
export function useAnswer<T>(path: string | undefined): Loaded<T> {
  const [state, setState] = useState<{ path: string; value?: T; error?: string }>();
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of `round` reloads.
  useEffect(() => {
    if (path === undefined) return;
    let current = true;
    call<T>(path).then(
      (value) => current && setState({ path, value }),
      (error: unknown) => current && setState({ path, error: messageOf(error) }),
    );
    return () => {
      current = false;
    };
  }, [path, round]);
  const reload = useCallback(() => setRound((number) => number + 1), []);
  const own = state?.path === path ? state : undefined;
  return { value: own?.value, error: own?.error, reload };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
