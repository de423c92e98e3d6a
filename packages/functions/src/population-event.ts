import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { NULL_VERSION } from "@data-quest/core/bronze/stored-file";
import { allSurveysSetting } from "@data-quest/core/constants";
import { holdCorrection } from "@data-quest/core/population/correction";
import { populationKey } from "@data-quest/core/population/population";
import { check } from "@data-quest/core/workflow";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { Resource } from "sst";
import * as z from "zod";
import { bronze } from "./buckets.ts";

/**
 * What S3 sends: notifications about objects, or a test message when the notification is set up. An object
 * that was written before versioning took effect has no `versionId`; `sequencer` then distinguishes its
 * writes.
 */
const Message = z.union([
  z.object({ Event: z.literal("s3:TestEvent") }),
  z.object({
    Records: z.array(
      z.object({
        s3: z.object({
          object: z.object({
            key: z.string(),
            versionId: z.string().nullish(),
            sequencer: z.string().optional(),
          }),
        }),
      }),
    ),
  }),
]);

const stepFunctions = new SFNClient({});
const processor = new BatchProcessor(EventType.SQS);

/**
 * Handles notifications about population files from the queue. A file that an operator wrote is held, and
 * every survey of the deployment is analyzed again. Only the failed messages are returned.
 */
export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  return processPartialResponse(event, handleMessage, processor, { context });
}

async function handleMessage({ messageId, body }: SQSRecord): Promise<void> {
  const message = check(Message, JSON.parse(body), `The message ${messageId} from S3`);
  if (!("Records" in message)) return;
  for (const { s3 } of message.Records) {
    const { key, sequencer } = s3.object;
    const versionId = s3.object.versionId ?? NULL_VERSION;
    if (decodeKey(key) !== populationKey || !(await holdCorrection(bronze, versionId))) continue;
    const { surveys } = Resource.Sources;
    const write = versionId === NULL_VERSION && sequencer ? `${NULL_VERSION}-${sequencer}` : versionId;
    for (const survey of surveys.split(" ")) await analyzeAgain(survey, write);
  }
}

/** In its messages, S3 encodes keys like HTML form data. */
function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll("+", " "));
}

/**
 * The execution is named after the write that caused it, so a repeated message does not start another one.
 */
async function analyzeAgain(survey: string, write: string): Promise<void> {
  const all = survey === allSurveysSetting;
  const name = `correction-${survey}-${write.replaceAll(/[^\w.-]/g, "_")}`.slice(0, 80);
  try {
    await stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: all ? Resource.AllSurveys.arn : Resource.Pipeline.arn,
        name,
        input: JSON.stringify(all ? { refresh: false } : { survey, refresh: false, settleSeconds: 0 }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
}
