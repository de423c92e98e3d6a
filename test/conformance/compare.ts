import { isDeepStrictEqual } from "node:util";
import type { HistoryEvent, Json, JsonObject } from "@data-quest/step-functions";
import type { Ending } from "@data-quest/step-functions/testing";
import { isJsonObject } from "@data-quest/step-functions/testing";
import type { ConformanceCase, RecordedEvent } from "./case-file.ts";

/** The differences between a recording and our run of it, one line each. Empty if the two agree. */
export function differences(recorded: ConformanceCase, ending: Ending, events: HistoryEvent[]): string[] {
  const expected = withNames(recorded.expected, recorded.placeholders);
  return [...endingDifferences(expected, ending), ...historyDifferences(recorded, expected.history, events)];
}

type Expected = ConformanceCase["expected"];

/** The recording with its placeholders replaced by the names in the definition and the input. */
function withNames(expected: Expected, placeholders: [string, string][]): Expected {
  const rename = (value: Json): Json => {
    if (typeof value === "string") {
      return placeholders.reduce((text, [placeholder, name]) => text.replaceAll(placeholder, name), value);
    }
    if (Array.isArray(value)) return value.map(rename);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [rename(key), rename(member)]));
  };
  const renameEvent = (event: RecordedEvent): RecordedEvent => {
    const { id, previousEventId = null, type, ...details } = event;
    const renamed: Record<string, Json> = {};
    for (const [key, value] of Object.entries(details)) renamed[key] = rename(value ?? null);
    return { ...renamed, id, previousEventId, type };
  };
  return {
    ...expected,
    ...(expected.output === undefined ? {} : { output: rename(expected.output) }),
    ...(expected.cause === undefined ? {} : { cause: rename(expected.cause) }),
    history: expected.history.map(renameEvent),
  };
}

function endingDifferences(expected: Expected, ending: Ending): string[] {
  const found: string[] = [];
  const compare = (what: string, wanted: Json, actual: Json) => {
    if (!same(comparable(wanted), comparable(actual))) {
      found.push(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(actual)}`);
    }
  };
  compare("status", expected.status, ending.status);
  if (ending.status === "SUCCEEDED") compare("output", expected.output ?? null, JSON.parse(ending.output));
  const { error, cause } = "error" in ending || "cause" in ending ? ending : {};
  compare("error", expected.error ?? null, error ?? null);
  compare("cause", readCause(expected.cause ?? null), readCause(cause ?? null));
  return found;
}

function historyDifferences(
  recorded: ConformanceCase,
  expected: RecordedEvent[],
  events: HistoryEvent[],
): string[] {
  const found: string[] = [];
  const missing = new Map(recorded.historyMissing.map(({ id, inferredType }) => [id, inferredType]));
  const actual: HistoryEvent[] = [];
  for (const event of events) {
    const lost = missing.get(event.id);
    if (lost === undefined) actual.push(event);
    else if (lost !== event.type) found.push(`event ${event.id}: expected ${lost}, got ${event.type}`);
  }
  if (expected.length !== actual.length) {
    found.push(`history: expected ${expected.length} events, got ${actual.length}: ${typesOf(actual)}`);
  }
  let index = 0;
  while (index < Math.min(expected.length, actual.length)) {
    const stretch = stretchWithoutIds(expected, index);
    if (stretch > 0) {
      const ours = actual.slice(index, index + stretch);
      found.push(...unorderedDifferences(expected.slice(index, index + stretch), ours));
      index += stretch;
      continue;
    }
    const wanted = expected[index];
    const got = actual[index];
    index++;
    if (wanted === undefined || got === undefined) break;
    if (wanted.id !== got.id || wanted.previousEventId !== got.previousEventId) {
      const ids = (event: { id: unknown; previousEventId?: unknown }) =>
        `${event.id} <- ${event.previousEventId}`;
      found.push(`event ${got.id} ${got.type}: expected ${ids(wanted)} ${wanted.type}, got ${ids(got)}`);
    }
    if (!same(comparableEvent(wanted), comparableEvent(got)))
      found.push(unlike(`event ${got.id}`, wanted, got));
  }
  return found;
}

/** The number of consecutive events, starting at `from`, that lost their IDs when the recorder sorted them. */
function stretchWithoutIds(events: RecordedEvent[], from: number): number {
  let length = 0;
  while (events[from + length]?.id === null) length++;
  return length;
}

function unorderedDifferences(expected: RecordedEvent[], actual: HistoryEvent[]): string[] {
  const left = [...actual];
  const found: string[] = [];
  for (const wanted of expected) {
    const match = left.findIndex((got) => same(comparableEvent(wanted), comparableEvent(got)));
    if (match >= 0) left.splice(match, 1);
    else found.push(`no event like ${JSON.stringify(wanted)} among ${typesOf(actual)}`);
  }
  return found;
}

function typesOf(events: HistoryEvent[]): string {
  return events.map((event) => event.type).join(", ");
}

function unlike(what: string, wanted: RecordedEvent, got: HistoryEvent): string {
  return `${what}: expected ${JSON.stringify(comparableEvent(wanted))}, got ${JSON.stringify(comparableEvent(got))}`;
}

/** Fields that differ from run to run, or that the recordings do not keep. */
const IGNORED = new Set([
  "timestamp",
  "roleArn",
  "inputDetails",
  "outputDetails",
  "assignedVariablesDetails",
  "SdkHttpMetadata",
  "SdkResponseMetadata",
]);

/**
 * An event's type and details as comparable values. JSON text is parsed, and fields that differ from run to run
 * are left out.
 */
function comparableEvent(event: RecordedEvent | HistoryEvent): Json {
  const { id: _id, previousEventId: _previous, timestamp: _timestamp, ...rest } = event;
  const plain: Json = JSON.parse(JSON.stringify(rest));
  if (!isJsonObject(plain)) return plain;
  const read = Object.entries(plain).map(([key, details]) => [
    key,
    isJsonObject(details) ? readTexts(details) : details,
  ]);
  return comparable(Object.fromEntries(read));
}

/**
 * The details of an event. Fields that AWS returns as JSON text are parsed. The recorder has already parsed the
 * fields that start with `{`.
 */
function readTexts(details: JsonObject): JsonObject {
  const read = (value: Json): Json => (typeof value === "string" ? JSON.parse(value) : value);
  const result: JsonObject = { ...details };
  for (const field of ["input", "output", "parameters"]) {
    const value = details[field];
    if (value !== undefined) result[field] = read(value);
  }
  if (isJsonObject(details.assignedVariables)) {
    const variables = Object.entries(details.assignedVariables).map(([name, value]) => [name, read(value)]);
    result.assignedVariables = Object.fromEntries(variables);
  }
  if (details.cause !== undefined) result.cause = readCause(details.cause);
  return result;
}

function comparable(value: Json): Json {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !IGNORED.has(key));
  return Object.fromEntries(
    kept.map(([key, member]) => [key, key === "Cause" ? readCause(member) : comparable(member)]),
  );
}

/** Returns a cause. For a Lambda function's error report (JSON text or parsed), returns only its type and message. */
function readCause(cause: Json): Json {
  const report = typeof cause === "string" && cause.startsWith("{") ? JSON.parse(cause) : cause;
  if (!isJsonObject(report)) return report;
  if (!("errorType" in report)) return comparable(report);
  return { errorType: report.errorType, errorMessage: report.errorMessage ?? null };
}

/** The characters of a time, valid or not: the recorder masked even the times that the service refused. */
const TIME_TEXT = /^[\dTZ:+. -]+$/;

/**
 * Equality with the recorder's masks: `date` and `timestamp` match any time, `<uuid:N>` matches any request
 * ID.
 */
function same(expected: Json, actual: Json): boolean {
  if (typeof expected === "string" && typeof actual === "string") return sameText(expected, actual);
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return (
      expected.length === actual.length &&
      expected.every((element, index) => same(element, actual[index] ?? null))
    );
  }
  if (isJsonObject(expected) && isJsonObject(actual)) {
    const keys = Object.keys(expected);
    return (
      keys.length === Object.keys(actual).length &&
      keys.every((key) => key in actual && same(expected[key] ?? null, actual[key] ?? null))
    );
  }
  return isDeepStrictEqual(expected, actual);
}

function sameText(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  if (expected === "date" || expected === "timestamp") return TIME_TEXT.test(actual);
  if (!/<uuid:\d+>/.test(expected)) return false;
  const pattern = expected
    .split(/<uuid:\d+>/)
    .map((part) => RegExp.escape(part))
    .join("[0-9a-f-]{36}");
  return new RegExp(`^${pattern}$`).test(actual);
}
