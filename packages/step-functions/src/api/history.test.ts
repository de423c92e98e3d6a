import {
  GetExecutionHistoryCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { executionArn, type Served, serve, waiting, working } from "./served.test-support.ts";

let served: Served;
beforeEach(async () => {
  served = await serve();
});
afterEach(() => served.close());

describe("the history", () => {
  const history = (more: object) =>
    served.client.send(new GetExecutionHistoryCommand({ executionArn: executionArn("T", "one"), ...more }));
  const ids = async (more: object): Promise<number[]> => {
    const found: number[] = [];
    let nextToken: string | undefined;
    do {
      const page = await history({ ...more, nextToken });
      expect(page.events?.length).toBeLessThanOrEqual(3);
      found.push(...(page.events ?? []).map(({ id }) => id ?? 0));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  };

  test("is returned page by page, forward and backward, with or without data", async () => {
    await served.create("T", working);
    await served.start("T", "one", '{"secret":1}');
    await served.ended(executionArn("T", "one"));
    const all = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(await ids({ maxResults: 3 })).toEqual(all);
    expect(await ids({ maxResults: 2, reverseOrder: true })).toEqual([...all].reverse());
    const whole = await history({});
    expect(whole.events?.[0]).toMatchObject({
      type: "ExecutionStarted",
      previousEventId: 0,
      executionStartedEventDetails: { input: '{"secret":1}', inputDetails: { truncated: false } },
    });
    expect(whole.events?.[0]?.timestamp).toBeInstanceOf(Date);
    const bare = await history({ includeExecutionData: false });
    expect(bare.events?.map(({ type }) => type)).toEqual(whole.events?.map(({ type }) => type));
    expect(JSON.stringify(bare)).not.toContain("secret");
    const { nextToken } = await history({ maxResults: 2 });
    await expect(history({ nextToken, reverseOrder: true })).rejects.toMatchObject({ name: "InvalidToken" });
    await expect(history({ nextToken: "nonsense" })).rejects.toMatchObject({ name: "InvalidToken" });
    const request = Buffer.from(nextToken ?? "", "base64url").toString();
    for (const position of ['"x"', "0", "1.5", "{}"]) {
      const forged = Buffer.from(request.replace(/"position":\d+/, `"position":${position}`));
      const command = history({ nextToken: forged.toString("base64url") });
      await expect(command, position).rejects.toMatchObject({ name: "InvalidToken" });
    }
  });

  test("has the events of each redrive, even if it was read before", async () => {
    await served.create("T", waiting);
    await served.start("T", "one");
    const arn = executionArn("T", "one");
    for (const redrives of [0, 1, 2]) {
      if (redrives > 0) await served.client.send(new RedriveExecutionCommand({ executionArn: arn }));
      await served.client.send(new StopExecutionCommand({ executionArn: arn }));
      await served.ended(arn);
      for (const reverseOrder of [false, true]) {
        const { events = [] } = await history({ reverseOrder });
        const types = events.map(({ type }) => type);
        expect(types.filter((type) => type === "ExecutionRedriven")).toHaveLength(redrives);
        expect(types.at(reverseOrder ? 0 : -1)).toBe("ExecutionAborted");
      }
    }
  });

  test("can be read while the execution is running", async () => {
    await served.create("W", waiting);
    await served.start("W", "one");
    const answer = await served.client.send(
      new GetExecutionHistoryCommand({ executionArn: executionArn("W", "one") }),
    );
    expect(answer.events?.map(({ type }) => type)).toContain("ExecutionStarted");
  });
});
