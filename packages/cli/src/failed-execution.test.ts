import { execFileSync } from "node:child_process";
import type { DescribeExecutionCommandOutput, HistoryEvent } from "@aws-sdk/client-sfn";
import { errorsWithRemedy } from "@data-quest/core/remedies";
import { readTimeline } from "@data-quest/execution-history";
import { describe, expect, test } from "vitest";
import { nextSteps } from "./failed-execution.ts";

const place = { stateDir: "/tmp/it's here" };

function stepsAfter(
  error: string,
  input: Record<string, unknown> = {},
  events: readonly HistoryEvent[] = [],
  width?: number,
): string[] {
  const execution: DescribeExecutionCommandOutput = {
    executionArn: "arn:aws:states:us-east-1:000000000000:execution:Pipeline:one",
    stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:Pipeline",
    name: "one",
    status: "FAILED",
    startDate: new Date(0),
    error,
    input: JSON.stringify({ ...input, settleSeconds: 1 }),
    $metadata: {},
  };
  return nextSteps(execution, readTimeline(events), place, width);
}

/**
 * The words of the command on a line, as a shell reads them. Throws for a line that a shell does not accept.
 */
function wordsOf(line: string): string[] {
  const command = line.slice(line.indexOf("npx quest "));
  const script = `npx() { printf '%s\\0' "$@"; }; ${command}`;
  return execFileSync("bash", ["-c", script]).toString().split("\0").slice(0, -1);
}

const lastWords = (error: string, input?: Record<string, unknown>) =>
  wordsOf(stepsAfter(error, input).at(-1) ?? "");

describe("the next step after a failure", () => {
  test.each([...errorsWithRemedy, "Unheard"])("is a command that can be pasted (%s)", (error) => {
    const words = lastWords(error, { survey: "cu", analysis: { years: [1900, 1905] } });
    expect(words[0]).toBe("quest");
    expect(["redrive", "run", "surveys"]).toContain(words[1]);
  });

  test.each(errorsWithRemedy)(
    "has advice that fits the width, and each command on one line (%s)",
    (error) => {
      const lines = stepsAfter(error, {}, [], 50);
      expect(lines.filter((line) => line.length > 50 && !line.includes("npx quest "))).toEqual([]);
      expect(lines.filter((line) => line.includes("npx "))).toEqual(
        stepsAfter(error).filter((line) => line.includes("npx ")),
      );
    },
  );

  test("includes the command that shows the answers if they were published before the failure", () => {
    const timestamp = new Date(0);
    const analyzed: HistoryEvent[] = [
      { id: 1, timestamp, type: "ExecutionStarted" },
      {
        id: 2,
        previousEventId: 1,
        timestamp,
        type: "TaskStateEntered",
        stateEnteredEventDetails: { name: "Analyze" },
      },
      {
        id: 3,
        previousEventId: 2,
        timestamp,
        type: "TaskStateExited",
        stateExitedEventDetails: { name: "Analyze" },
      },
    ];
    const answers = (lines: readonly string[]) => lines.filter((line) => line.startsWith("Answers"));
    const [line = ""] = answers(stepsAfter("FileRefused", { survey: "cu" }, analyzed));
    expect(wordsOf(line)).toEqual(["quest", "report", "--survey", "cu", "--state-dir", place.stateDir]);
    expect(answers(stepsAfter("FileRefused", { survey: "cu" }, analyzed.slice(0, 2)))).toEqual([]);
    expect(answers(stepsAfter("FileRefused", { survey: "cu" }))).toEqual([]);
  });

  test("leaves out the analysis settings after AnalysisImpossible, and keeps the rest of the input", () => {
    expect(lastWords("AnalysisImpossible", { survey: "cu", analysis: { series: "X" } }).slice(1, 4)).toEqual([
      "run",
      "--input",
      '{"survey":"cu"}',
    ]);
    expect(lastWords("AnalysisImpossible")).toEqual(["quest", "run", "--help"]);
  });

  test("does not repeat an input that would fail again", () => {
    for (const error of ["InvalidInput", "SourceNotFound", "SurveyEmpty", "AnalysisImpossible"])
      expect(lastWords(error, { survey: "zz9", analysis: { series: "X" } }).join(" ")).not.toContain('"X"');
  });

  test("adds a contact address and keeps the source and the survey", () => {
    expect(lastWords("SourceForbidden", { survey: "cu" }).slice(1)).toEqual([
      "run",
      "--input",
      '{"survey":"cu"}',
      "--contact",
      "you@your.org",
      "--state-dir",
      place.stateDir,
    ]);
  });
});
