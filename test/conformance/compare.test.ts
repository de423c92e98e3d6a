import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type ConformanceCase, type RecordedEvent, readCase } from "./case-file.ts";
import { differences } from "./compare.ts";
import { runCase } from "./run-case.ts";

const cases = fileURLToPath(new URL("cases/", import.meta.url));

/** The differences that the comparison reports if a kept case's recording is altered in this way. */
async function found(file: string, alter: (recorded: ConformanceCase) => void): Promise<string[]> {
  const recorded = readCase(cases, `${file}.json`);
  const { ending, events } = await runCase(recorded);
  expect(differences(recorded, ending, events)).toEqual([]);
  alter(recorded);
  return differences(recorded, ending, events);
}

function event(recorded: ConformanceCase, type: string): RecordedEvent {
  const event = recorded.expected.history.find((candidate) => candidate.type === type);
  if (event === undefined) throw new Error(`The case has no ${type} event`);
  return event;
}

const CATCH = "assign.assign_in_catch_state";
const SORTED = "states_variables.parallel_catch_error.PARALLEL_CATCH_ERROR_OUTPUT_WITH_RETRY";

test.each<[string, string, (recorded: ConformanceCase) => void]>([
  ["status", CATCH, ({ expected }) => (expected.status = "FAILED")],
  ["output", CATCH, ({ expected }) => (expected.output = { Error: "Other" })],
  ["error", "scenarios.parallel_state_retry", ({ expected }) => (expected.error = "Other")],
  [
    "cause",
    "scenarios.map_state_items_input_types.null",
    ({ expected }) => (expected.cause = "a different reason"),
  ],
  ["a type", CATCH, (recorded) => (event(recorded, "TaskStarted").type = "TaskSubmitted")],
  [
    "an additional event",
    CATCH,
    ({ expected }) => expected.history.push({ id: 10, previousEventId: 9, type: "TaskStarted" }),
  ],
  ["an id", CATCH, (recorded) => (event(recorded, "TaskStarted").id = 44)],
  ["previousEventId", CATCH, (recorded) => (event(recorded, "TaskStarted").previousEventId = 1)],
  [
    "an input",
    CATCH,
    (recorded) =>
      (event(recorded, "PassStateEntered").stateEnteredEventDetails = { name: "fallback", input: "1" }),
  ],
  [
    "variables",
    CATCH,
    (recorded) => {
      const details = event(recorded, "TaskStateExited").stateExitedEventDetails;
      Object.assign(details ?? {}, { assignedVariables: { result: "1" } });
    },
  ],
  [
    "a missing event's type",
    SORTED,
    ({ historyMissing }) => {
      for (const missing of historyMissing) missing.inferredType = "TaskFailed";
    },
  ],
  [
    "an event without an ID",
    SORTED,
    ({ expected }) => {
      const sorted = expected.history.find(({ id }) => id === null);
      if (sorted !== undefined) sorted.type = "WaitStateEntered";
    },
  ],
])("a recording that differs in %s is detected", async (_what, file, alter) => {
  expect(await found(file, alter)).not.toEqual([]);
});

test("times, and values that differ from run to run, are ignored", async () => {
  const changes = await found(CATCH, (recorded) => {
    Object.assign(event(recorded, "TaskStarted"), { timestamp: "another" });
    const details = event(recorded, "TaskFailed").taskFailedEventDetails;
    Object.assign(details ?? {}, {
      cause: { errorType: "Exception", errorMessage: "Some exception was raised.", trace: ["x"] },
    });
  });
  expect(changes).toEqual([]);
});
