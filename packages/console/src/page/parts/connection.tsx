import type { StreamState } from "../lib/stream.ts";
import { Alert } from "./basics.tsx";

/** Shows a warning while the page is not live. */
export function Connection({ state }: { state: StreamState }) {
  if (typeof state === "string") return null;
  return (
    <div className="no-print">
      <Alert kind="warning">{state.problem}</Alert>
    </div>
  );
}
