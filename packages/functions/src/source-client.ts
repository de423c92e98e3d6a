/**
 * The client for the sources. Only handlers that send requests to the sources import it, because loading its
 * HTTP client would lengthen the cold start of the others.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SourceClient } from "@data-quest/core/source/http";
import type { Context } from "aws-lambda";
import { Resource } from "sst";
import { Agent } from "undici";

const CONNECT_MILLISECONDS = 10_000;
const STALL_MILLISECONDS = 60_000;

const dispatcher = new Agent({
  connections: Resource.Sources.concurrency,
  connect: { timeout: CONNECT_MILLISECONDS },
});

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
