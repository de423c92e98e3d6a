/** The client for the sources. */
import { setTimeout as sleep } from "node:timers/promises";
import type { SourceClient } from "@data-quest/core/source/http";
import type { Context } from "aws-lambda";
import { Resource } from "sst";
import type { Dispatcher } from "undici";

const CONNECT_MILLISECONDS = 10_000;
const STALL_MILLISECONDS = 60_000;

let agent: Promise<Dispatcher> | undefined;

/** Loads the HTTP client on the first request. Most calls of SyncFile send none, and then start sooner. */
function dispatcher(): Promise<Dispatcher> {
  agent ??= import("undici").then(
    ({ Agent }) =>
      new Agent({ connections: Resource.Sources.concurrency, connect: { timeout: CONNECT_MILLISECONDS } }),
  );
  return agent;
}

/** The client for the sources, for one call: it knows how much of the call's time is left. */
export function sourceClient(context: Context): SourceClient {
  return {
    dispatcher,
    contact: Resource.Sources.contact,
    remainingTime: () => context.getRemainingTimeInMillis(),
    stallLimit: STALL_MILLISECONDS,
    now: () => new Date(),
    sleep,
  };
}
