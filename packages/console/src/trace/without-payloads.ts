/** Removes the inputs and outputs of states from a trace. */
import type { TraceContent } from "../api-types.ts";

/** Fields of event details that contain data, or text that may quote it. */
const DATA_FIELDS = new Set([
  "input",
  "inputDetails",
  "output",
  "outputDetails",
  "parameters",
  "assignedVariables",
  "assignedVariablesDetails",
  "taskCredentials",
]);

/**
 * The same trace without inputs, outputs, variables, and log lines. Errors and causes are kept, because
 * without them the trace explains nothing.
 */
export function withoutPayloads(content: TraceContent): TraceContent {
  return {
    ...content,
    description: { ...content.description, input: '"(left out)"', output: null },
    events: content.events.map(stripped),
    logs: null,
  };
}

function stripped(event: unknown): unknown {
  if (typeof event !== "object" || event === null) return event;
  return Object.fromEntries(
    Object.entries(event).map(([name, details]) => {
      if (typeof details !== "object" || details === null || details instanceof Date) return [name, details];
      return [name, Object.fromEntries(Object.entries(details).filter(([field]) => !DATA_FIELDS.has(field)))];
    }),
  );
}
