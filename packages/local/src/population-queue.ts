/**
 * The in-memory queue between Bronze and the function PopulationEvent, set up as in
 * infra/population-events.ts.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Notification } from "@data-quest/s3-server";
import type { LambdaResult } from "@data-quest/step-functions";
import { populationNotification } from "./deployment/deployment.ts";

export type PopulationQueueOptions = {
  /** Calls PopulationEvent with a batch of messages, as JSON text. */
  invoke: (event: string) => Promise<LambdaResult>;
  log: (line: string) => void;
  /** Milliseconds until a failed message is retried. */
  retryAfter?: number;
};

export type PopulationQueue = {
  /** Accepts a notification from S3. */
  send: (notification: Notification) => void;
  /** Resolves when no message is in progress. */
  idle: () => Promise<void>;
  /** Accepts no more messages, and waits for the calls in progress. */
  close: () => Promise<void>;
};

/** In a stage, a message goes to the dead-letter queue after this many failures. */
const MOST_RECEIVES = 3;

/**
 * Starts the queue. Each message is delivered individually and immediately. A failed message is retried, and
 * after its third failure it is logged. S3's test message is dropped: the function has nothing to do for it.
 */
export function startPopulationQueue(options: PopulationQueueOptions): PopulationQueue {
  const { invoke, log, retryAfter = 1000 } = options;
  const underway = new Set<Promise<void>>();
  const closing = new AbortController();

  async function deliver(body: string): Promise<void> {
    const messageId = randomUUID();
    for (let receives = 1; ; receives++) {
      const failure = failureIn(await invoke(queueEvent(messageId, body, receives)));
      if (failure === undefined) return;
      if (receives === MOST_RECEIVES || closing.signal.aborted) {
        log(
          `A population file was written, and its message failed on attempt ${receives}: ${failure}: ${body}`,
        );
        return;
      }
      await sleep(retryAfter, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  const idle = async () => {
    while (underway.size > 0) await Promise.all(underway);
  };

  return {
    send: ({ destination, message }) => {
      if (destination !== populationNotification.queueArn || !("Records" in message)) return;
      if (closing.signal.aborted) return;
      const delivery = deliver(JSON.stringify(message)).finally(() => underway.delete(delivery));
      underway.add(delivery);
    },
    idle,
    close: async () => {
      closing.abort();
      await idle();
    },
  };
}

/** Why a message was not processed. Undefined if it was. */
function failureIn(result: LambdaResult): string | undefined {
  if (!("payload" in result)) return result.serviceError.message;
  if ("functionError" in result) return result.payload;
  const { batchItemFailures = [] } = JSON.parse(result.payload) ?? {};
  return batchItemFailures.length > 0 ? "PopulationEvent could not handle the message" : undefined;
}

/** An event with one message, in the format of an SQS event source. */
function queueEvent(messageId: string, body: string, receives: number): string {
  return JSON.stringify({
    Records: [
      {
        messageId,
        receiptHandle: randomUUID(),
        body,
        attributes: { ApproximateReceiveCount: String(receives) },
        messageAttributes: {},
        eventSource: "aws:sqs",
        eventSourceARN: populationNotification.queueArn,
        awsRegion: "us-east-1",
      },
    ],
  });
}
