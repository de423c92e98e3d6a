import { SourceBusy, SourceForbidden, SourceUnavailable } from "@data-quest/core/errors.ts";
import { syncFile } from "@data-quest/core/mirror/sync-file.ts";
import { Agent } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import { openWorld, type World } from "./world.ts";

let world: World;
afterEach(() => world.close());

describe("BLS", () => {
  it("is told in every request how we can be reached, and asked for the bytes as they are", async () => {
    world = await openWorld();
    await world.publish("pr.txt", "a");
    await world.publish("pr.class", "b");
    await world.sync({}, "first");
    await world.unpublish("pr.txt");
    await world.sync({}, "second");
    expect(world.replica.requests).toHaveLength(5);
    for (const { headers } of world.replica.requests) {
      expect(headers["user-agent"]).toMatch(/^data-quest\/\S+ \(test@example\.com\)$/);
      expect(headers["accept-encoding"]).toBe("identity");
    }
  });

  it("is asked no more once it has said 403", async () => {
    world = await openWorld({
      replica: { faults: [{ match: "file", fault: { kind: "status", status: 403 } }] },
    });
    await world.publish("pr.txt", "a");
    const results = await world.syncItems(await world.discover());
    expect(results.get("pr.txt")).toBeInstanceOf(SourceForbidden);
    expect(world.replica.requests).toHaveLength(2);
  });

  it.each([
    ["seconds", 7],
    ["a date", new Date("2026-09-03T12:30:07Z")],
  ])("is given the time that it asks for, in %s", async (_, retryAfter) => {
    world = await openWorld();
    await world.publish("pr.txt", "a");
    const discovery = await world.discover();
    world.replica.setFaults([
      { match: "file", times: 2, fault: { kind: "status", status: 503, retryAfter } },
    ]);
    world.dependencies.source.now = () => new Date("2026-09-03T12:30:00Z");
    await world.syncItems(discovery);
    expect(world.pauses).toEqual([7000, 7000]);
    expect([...(await world.objects()).values()]).toEqual(["a"]);
  });

  it.each([429, 503])("is left alone where it asks for more time than the step has (%i)", async (status) => {
    world = await openWorld({ remainingTime: () => 30_000 });
    await world.publish("pr.txt", "a");
    const discovery = await world.discover();
    world.replica.setFaults([{ match: "file", fault: { kind: "status", status, retryAfter: 11 } }]);
    expect((await world.syncItems(discovery)).get("pr.txt")).toBeInstanceOf(SourceBusy);
    expect(world.replica.requests).toHaveLength(2);
  });

  it("is left alone where it asks for time again and again", async () => {
    world = await openWorld();
    await world.publish("pr.txt", "a");
    const discovery = await world.discover();
    world.replica.setFaults([{ match: "file", fault: { kind: "status", status: 429, retryAfter: 0 } }]);
    expect((await world.syncItems(discovery)).get("pr.txt")).toMatchObject({
      name: "SourceBusy",
      message: expect.stringContaining("for the 4th time"),
    });
    expect(world.replica.requests).toHaveLength(5);
  });

  it("has a Retry-After of no meaning taken as none", async () => {
    world = await openWorld();
    await world.publish("pr.txt", "a");
    const discovery = await world.discover();
    // Without a Retry-After the state machine's own rule says when.
    world.replica.setFaults([{ match: "file", fault: { kind: "status", status: 503 } }]);
    expect((await world.syncItems(discovery)).get("pr.txt")).toBeInstanceOf(SourceUnavailable);
    expect(world.replica.requests).toHaveLength(2);
  });

  it("is asked for no more at a time than the setting says, however much is to be done", async () => {
    let open = 0;
    let most = 0;
    world = await openWorld({ replica: { latencyMs: 20, onRequest: () => open-- } });
    for (let n = 0; n < 12; n++) await world.publish(`pr.${n}`, `${n}`);
    const dispatcher = new Agent({ connections: 2 });
    const dependencies = { ...world.dependencies, source: { ...world.dependencies.source, dispatcher } };
    const { items, settings, listedAt } = await world.discover();
    open = 0;
    world.replica.setFaults([
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
