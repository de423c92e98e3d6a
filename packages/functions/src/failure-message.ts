/** The message that notifies an operator of an execution that did not succeed. */

import { remedyFor } from "@data-quest/core/remedies";
import { causeMessage, pathOf, type Timeline } from "@data-quest/execution-history";
import { consoleLink } from "./console-link.ts";

/** How an execution ended, as EventBridge reports it. */
export type EndedExecution = {
  executionArn: string;
  name: string;
  status: string;
  error?: string | null | undefined;
  cause?: string | null | undefined;
};

/** The longest subject that SNS accepts. */
const LONGEST_SUBJECT = 100;

/** A message about `ended`, the execution with this timeline. */
export function failureMessage(
  ended: EndedExecution,
  timeline: Timeline,
): { subject: string; message: string } {
  const how = ended.status.toLowerCase().replaceAll("_", " ");
  const state = failedState(timeline);
  const where = state === undefined ? "before its first state" : `in the state ${state}`;
  return {
    subject: `Data Quest: a run ${how} ${where}`.slice(0, LONGEST_SUBJECT),
    message: [
      `The execution ${ended.name} ${how} ${where}.`,
      "",
      ...(ended.error ? [`Error: ${ended.error}`] : []),
      ...(ended.cause ? [`Cause: ${causeMessage(ended.cause)}`] : []),
      `Console: ${consoleLink(ended.executionArn)}`,
      nextStep(ended),
    ].join("\n"),
  };
}

/** The state whose failure ended the execution, or the state in progress when it was aborted or timed out. */
function failedState({ failure, interrupted, root }: Timeline): string | undefined {
  const state = failure ?? interrupted.at(-1) ?? root.visits.at(-1);
  if (state === undefined) return undefined;
  return state.name || String(pathOf(state).findLast((step) => typeof step === "string" && step !== ""));
}

/**
 * What to do next: redrive the execution, if that can succeed. If an operator stopped the execution, no error
 * prevents a redrive.
 */
function nextStep({ status, error }: EndedExecution): string {
  const { redrive, advice } = remedyFor(status === "FAILED" ? error : undefined);
  return redrive ? `Next: ${advice} Use Redrive in the console, or quest redrive.` : `Next: ${advice}`;
}
