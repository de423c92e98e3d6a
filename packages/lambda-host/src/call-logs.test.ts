import { expect, test } from "vitest";
import { type CallLine, callLogs } from "./call-logs.ts";

const call = { requestId: "r", functionName: "SyncFile", executionArn: "arn", scheduledEventId: 3 };

test("what a call prints after its end is logged, but belongs to no call", () => {
  const printed: string[] = [];
  const ofCalls: CallLine[] = [];
  const logs = callLogs({ log: (line) => printed.push(line), onLine: (line) => ofCalls.push(line) });
  const log = logs.begin(call, true);
  logs.print("first\nunfin", "r");
  logs.print("ished", "r");
  expect(log.end()).toBe("first\nunfinished\n");
  logs.print("too late\n", "r");
  expect(printed).toEqual(["first", "unfinished", "too late"]);
  expect(ofCalls).toMatchObject([
    { ...call, line: "first" },
    { ...call, line: "unfinished" },
  ]);
});
