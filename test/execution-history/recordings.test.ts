import { readTimeline, type TimelineReader, timelineReader } from "@data-quest/execution-history";
import { timelineOutline } from "@data-quest/execution-history/outline.test-support";
import { describe, expect, test } from "vitest";
import { caseFiles, readCase } from "../conformance/case-file.ts";
import { runCase } from "../conformance/run-case.ts";

const folder = new URL("../conformance/cases", import.meta.url).pathname;

describe.each(caseFiles(folder))("%s", (file) => {
  const recorded = readCase(folder, file);

  // The recorder lost the order of the events to which it gave no ID.
  const isInOrder = recorded.expected.history.every(({ id }) => id !== null);

  test("the recording from AWS yields the timeline in golden/", async () => {
    const events = isInOrder ? recorded.expected.history : (await runCase(recorded)).events;
    const lines = timelineOutline(readTimeline(events)).map(withoutTimes);
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`golden/${file.replace(/json$/, "txt")}`);
  });

  test("the local history yields the same timeline, whether it is read event by event or all at once", async () => {
    const { events, ending } = await runCase(recorded);
    const reader: TimelineReader = timelineReader();
    for (const event of events) reader.add(event);
    expect(reader.timeline.status).toBe(ending.status);
    expect(readTimeline(events)).toEqual(reader.timeline);
    if (isInOrder)
      expect(shape(timelineOutline(reader.timeline))).toEqual(
        shape(timelineOutline(readTimeline(recorded.expected.history))),
      );
  });
});

/** A line without its times, because recordings have no times. */
function withoutTimes(line: string): string {
  return line.replaceAll(/ (after )?\d+ ms/g, "");
}

/** The lines without times and outputs, which a recording does not preserve. */
function shape(lines: string[]): string[] {
  return lines.map((line) => withoutTimes(line).replace(/ -> .*$/, ""));
}
