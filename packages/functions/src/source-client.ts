/** The client for the sources. */
import { setTimeout as sleep } from "node:timers/promises";
import type { SourceClient } from "@data-quest/core/source/http";
import type { Context } from "aws-lambda";
import { Resource } from "sst";

const STALL_MILLISECONDS = 60_000;

/** The client for the sources, for one call: it knows how much of the call's time is left. */
export function sourceClient(context: Context): SourceClient {
  return {
    // If few files have changed, most calls of SyncFile send no request, and start sooner without the HTTP client.
    dispatcher: async () => (await import("./http-agent.ts")).agent,
    contact: Resource.Sources.contact,
    remainingTime: () => context.getRemainingTimeInMillis(),
    stallLimit: STALL_MILLISECONDS,
    now: () => new Date(),
    sleep,
  };
}
