/** Histories of a changing source: what can happen, and how it is carried out in a small world. */
import type { FaultRule } from "@data-quest/local/replica/faults.ts";
import type { S3Fault } from "@data-quest/local/s3/faults.ts";
import fc from "fast-check";
import type { World } from "../mirror/world.ts";

/** Paths that come and go. `pr.keep` is always there, since a listing without any file is never believed. */
const PATHS = ["pr.class", "pr.data.0.Current", "pr.series", "old/pr.txt", "a b.txt", "pr.big"] as const;
const KEPT = "pr.keep";

/** One event of a history. Times go on by `seconds` before it. */
export type Event = { seconds: number } & (
  | { do: "publish"; path: string; size: number; seed: number }
  | { do: "touch" | "remove" | "restore"; path: string }
  | { do: "rename"; path: string; to: string }
  | { do: "sync"; trouble: Trouble; verify: boolean }
  | { do: "rivals"; trouble: Trouble }
);

/** What goes wrong while a sync runs. A kill lets `requests` requests to S3 pass, and nothing after them. */
export type Trouble =
  | { kind: "none" }
  | { kind: "source"; rule: FaultRule }
  | { kind: "storage"; everyNth: number; fault: S3Fault }
  | { kind: "kill"; requests: number };

const path = fc.constantFrom(...PATHS);
const target = fc.constantFrom<FaultRule["match"]>("listing", "file", /Current$/, /big$/, /pr\.c/);
const sourceFault = fc.constantFrom<FaultRule["fault"][]>(
  { kind: "status", status: 503 },
  { kind: "status", status: 404 },
  { kind: "status", status: 403 },
  { kind: "status", status: 429, retryAfter: 0 },
  { kind: "cut", afterBytes: 40 },
  { kind: "reset" },
  { kind: "reset", afterBytes: 100 },
  { kind: "short", bytes: "half" },
  { kind: "short", bytes: 0 },
  { kind: "page" },
  { kind: "gzip", header: true },
  { kind: "gzip", header: false },
  { kind: "lastModified", value: null },
  { kind: "lastModified", value: new Date("2020-01-01T00:00:00Z") },
  { kind: "chunked" },
  { kind: "ignoreRange" },
  { kind: "redirect", location: "http://elsewhere.example/" },
  { kind: "emptyListing" },
  { kind: "listingStyle", style: "nginx" },
  { kind: "links", hrefs: ["/pub/time.series/cu/cu.class"] },
);
const rule: fc.Arbitrary<FaultRule> = fc.record({
  match: target,
  everyNth: fc.integer({ min: 1, max: 3 }),
  fault: sourceFault,
});
const storageFault = fc.constantFrom<S3Fault[]>(
  { kind: "error", code: "SlowDown" },
  { kind: "error", code: "AccessDenied" },
  { kind: "error", code: "InternalError" },
  { kind: "reset", when: "before" },
  { kind: "reset", when: "after" },
  { kind: "reset", when: "body", bytes: 50 },
  { kind: "diskFull", bytes: 20 },
  { kind: "lostPart", partNumber: 1 },
);
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.constant<Trouble>({ kind: "none" }),
  rule.map((one): Trouble => ({ kind: "source", rule: one })),
  fc
    .record({ everyNth: fc.integer({ min: 1, max: 7 }), fault: storageFault })
    .map((one): Trouble => ({ kind: "storage", ...one })),
  fc.integer({ min: 0, max: 30 }).map((requests): Trouble => ({ kind: "kill", requests })),
);

const content = { size: fc.constantFrom(0, 1, 300, 300, 5000), seed: fc.integer({ min: 1, max: 4 }) };
const what: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("publish" as const), path, ...content, seconds: fc.constant(0) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("touch", "remove", "restore"),
      path,
      seconds: fc.constant(0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("rename" as const), path, to: path, seconds: fc.constant(0) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("sync" as const),
      trouble,
      verify: fc.boolean(),
      seconds: fc.constant(0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("rivals" as const), trouble, seconds: fc.constant(0) }),
  },
);

/** Any event, a second to a day after the one before. */
export const event: fc.Arbitrary<Event> = fc
  .tuple(what, fc.constantFrom(1, 20, 200, 7200, 86_400))
  .map(([one, seconds]) => ({ ...one, seconds }));

type Published = { body: Buffer; modified: Date };

/** A source that remembers everything that it ever published, and a clock that the replica shows. */
export type Source = {
  now: Date;
  current: Map<string, Published>;
  ever: Map<string, Published[]>;
};

/** Begins a source with the one file that stays. */
export async function beginSource(world: World, source: Source): Promise<void> {
  await put(world, source, KEPT, { body: Buffer.from("kept\n"), modified: source.now });
}

/** Carries one event out. Gives the errors that the syncs in it ended with. */
export async function carryOut(world: World, source: Source, one: Event): Promise<Error[]> {
  source.now = new Date(source.now.getTime() + one.seconds * 1000);
  switch (one.do) {
    case "publish":
      await put(world, source, one.path, {
        body: bodyOf(one.path, one.size, one.seed),
        modified: source.now,
      });
      return [];
    case "touch": {
      const there = source.current.get(one.path);
      if (there) await put(world, source, one.path, { ...there, modified: source.now });
      return [];
    }
    case "remove":
      await take(world, source, one.path);
      return [];
    case "restore": {
      const first = source.ever.get(one.path)?.[0];
      if (first) await put(world, source, one.path, first);
      return [];
    }
    case "rename": {
      const there = source.current.get(one.path);
      // What comes in place of a data file must be one, or sync refuses it, as it should.
      if (!there || one.path === one.to || one.to.includes(".data.")) return [];
      await take(world, source, one.path);
      await put(world, source, one.to, there);
      return [];
    }
    case "sync":
      return amid(world, one.trouble, () => attempt(world, "sync", one.verify));
    case "rivals":
      return amid(world, one.trouble, async () =>
        (await Promise.all([attempt(world, "one", false), attempt(world, "other", false)])).flat(),
      );
  }
}

async function put(world: World, source: Source, name: string, published: Published): Promise<void> {
  await world.publish(name, published.body, published.modified);
  source.current.set(name, published);
  source.ever.set(name, [...(source.ever.get(name) ?? []), published]);
}

async function take(world: World, source: Source, name: string): Promise<void> {
  if (source.current.delete(name)) await world.unpublish(name);
}

/** A body in the shape that its name promises. One in twenty of `pr.big` is larger than a part. */
function bodyOf(name: string, size: number, seed: number): Buffer {
  if (name === "pr.big" && size === 5000) return Buffer.alloc(9 * 1024 * 1024, `${seed}\tbig\n`);
  if (!name.includes(".data.")) return Buffer.alloc(size, `${seed}${name}\n`);
  const line = `PRS3000603${seed}      \t2013\tQ01\t         ${seed}.5\t\r\n`;
  return Buffer.from(
    `series_id        \tyear\tperiod\t       value\tfootnote_codes\r\n${line.repeat(Math.ceil(size / 45))}`,
  );
}

async function attempt(world: World, execution: string, verify: boolean): Promise<Error[]> {
  try {
    const results = await world.syncItems(await world.discover({ verify }), execution);
    return [...results.values()].filter((result) => result instanceof Error);
  } catch (error) {
    if (error instanceof Error) return [error];
    throw error;
  }
}

async function amid(world: World, given: Trouble, work: () => Promise<Error[]>): Promise<Error[]> {
  if (given.kind === "source") world.replica.setFaults([given.rule]);
  if (given.kind === "storage") {
    let count = 0;
    world.setS3Faults(() => (++count % given.everyNth === 0 ? given.fault : undefined));
  }
  if (given.kind === "kill") {
    // What a killed process leaves: nothing that it would have done after this moment, not even its cleaning up.
    let left = given.requests;
    world.setS3Faults(() => (--left < 0 ? { kind: "reset", when: "before" } : undefined));
  }
  try {
    return await work();
  } finally {
    world.replica.setFaults([]);
    world.setS3Faults();
  }
}
