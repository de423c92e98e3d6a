import { SourceBusy, SourceForbidden, SourceUnavailable } from "@data-quest/core/errors";
import { syncFile } from "@data-quest/core/mirror/sync-file";
import { Agent } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

let harness: Harness;
afterEach(() => harness.close());

describe("BLS", () => {
  test("receives a contact address in every request, and is always asked for uncompressed bytes", async () => {
    harness = await openHarness();
    await harness.publish("pr.txt", "a");
    await harness.publish("pr.class", "b");
    await harness.sync({}, "first");
    await harness.unpublish("pr.txt");
    await harness.sync({}, "second");
    expect(harness.replica.requests).toHaveLength(5);
    for (const { headers } of harness.replica.requests) {
      expect(headers["user-agent"]).toMatch(/^data-quest\/\S+ \(test@example\.com\)$/);
      expect(headers["accept-encoding"]).toBe("identity");
    }
  });

  test("gets no more requests after a 403", async () => {
    harness = await openHarness({
      replica: { faults: [{ match: "file", fault: { kind: "status", status: 403 } }] },
    });
    await harness.publish("pr.txt", "a");
    const results = await harness.syncItems(await harness.discover());
    expect(results.get("pr.txt")).toBeInstanceOf(SourceForbidden);
    expect(harness.replica.requests).toHaveLength(2);
  });

  test.each([
    ["seconds", 7],
    ["a date", new Date("2026-09-03T12:30:07Z")],
  ])("gets the pause that its Retry-After requests, in %s", async (_, retryAfter) => {
    harness = await openHarness();
    await harness.publish("pr.txt", "a");
    const discovery = await harness.discover();
    harness.replica.setFaults([
      { match: "file", times: 2, fault: { kind: "status", status: 503, retryAfter } },
    ]);
    harness.dependencies.source.now = () => new Date("2026-09-03T12:30:00Z");
    await harness.syncItems(discovery);
    expect(harness.pauses).toEqual([7000, 7000]);
    expect([...(await harness.objects()).values()]).toEqual(["a"]);
  });

  test.each([429, 503])(
    "gets no more requests if it asks for a longer pause than the step can make (%i)",
    async (status) => {
      harness = await openHarness({ remainingTime: () => 30_000 });
      await harness.publish("pr.txt", "a");
      const discovery = await harness.discover();
      harness.replica.setFaults([{ match: "file", fault: { kind: "status", status, retryAfter: 11 } }]);
      expect((await harness.syncItems(discovery)).get("pr.txt")).toBeInstanceOf(SourceBusy);
      expect(harness.replica.requests).toHaveLength(2);
    },
  );

  test("gets no more requests if it keeps asking for a pause", async () => {
    harness = await openHarness();
    await harness.publish("pr.txt", "a");
    const discovery = await harness.discover();
    harness.replica.setFaults([{ match: "file", fault: { kind: "status", status: 429, retryAfter: 0 } }]);
    expect((await harness.syncItems(discovery)).get("pr.txt")).toMatchObject({
      name: "SourceBusy",
      message: expect.stringContaining("for the 4th time"),
    });
    expect(harness.replica.requests).toHaveLength(5);
  });

  test("gets no more requests from the step after a 503 without a Retry-After", async () => {
    harness = await openHarness();
    await harness.publish("pr.txt", "a");
    const discovery = await harness.discover();
    // Without a Retry-After, the state machine's own Retry rule applies.
    harness.replica.setFaults([{ match: "file", fault: { kind: "status", status: 503 } }]);
    expect((await harness.syncItems(discovery)).get("pr.txt")).toBeInstanceOf(SourceUnavailable);
    expect(harness.replica.requests).toHaveLength(2);
  });

  test("gets at most as many concurrent requests as the setting allows, however much there is to do", async () => {
    let open = 0;
    let most = 0;
    harness = await openHarness({ replica: { latencyMs: 20, onRequest: () => open-- } });
    for (let n = 0; n < 12; n++) await harness.publish(`pr.${n}`, `${n}`);
    const dispatcher = new Agent({ connections: 2 });
    const dependencies = {
      ...harness.dependencies,
      source: { ...harness.dependencies.source, dispatcher: async () => dispatcher },
    };
    const { items, settings, listedAt } = await harness.discover();
    open = 0;
    harness.replica.setFaults([
      {
        match: "file",
        fault: {
          kind: "meanwhile",
          before: () => {
            most = Math.max(most, ++open);
          },
        },
      },
    ]);
    const execution = { id: "arn:first", name: "first", startTime: "2026-09-03T12:30:00.000Z" };
    await Promise.all(
      items.map((item) =>
        syncFile(dependencies, { item, settings, listedAt: new Date(listedAt), execution }),
      ),
    );
    await dispatcher.close();
    expect(most).toBe(2);
  });
});
