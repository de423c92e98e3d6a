import { randomUUID } from "node:crypto";
import { ErrorName } from "../../error-names.ts";
import { isRecord, type Json, type JsonObject, jsonDepth } from "../../json.ts";
import type { LambdaResult } from "../../lambda.ts";
import { Limits } from "../../limits.ts";
import { StateFailure } from "../failure.ts";
import { sdkMetadata } from "./sdk-metadata.ts";

/**
 * The function's value as JSON text. Throws a StateFailure with the error and cause that the service derives
 * from the response.
 */
export function payloadOf(result: LambdaResult): string {
  if ("serviceError" in result) {
    const { name, message, statusCode } = result.serviceError;
    const cause = `${message} (Service: Lambda, Status Code: ${statusCode}, Request ID: ${randomUUID()})`;
    throw new StateFailure(`Lambda.${name}`, cause);
  }
  if (!("functionError" in result)) return result.payload;
  const report = parsed(result.payload);
  if (isRecord(report) && typeof report.errorType === "string")
    throw new StateFailure(report.errorType, result.payload);
  throw unknownFailure(result.payload);
}

/** The value of a payload. A response that is not JSON counts as a failure without an error type. */
export function parsePayload(payload: string): Json {
  if (jsonDepth(payload, Limits.jsonDepth) > Limits.jsonDepth) {
    throw new StateFailure(
      ErrorName.runtime,
      `The function's response is nested more than ${Limits.jsonDepth} levels deep.`,
    );
  }
  const value = parsed(payload);
  if (value === undefined) throw unknownFailure(payload);
  return value;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function unknownFailure(payload: string): StateFailure {
  return new StateFailure(
    "Lambda.Unknown",
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
  );
}

/**
 * The result of `arn:aws:states:::lambda:invoke`, with the payload's value and the SDK's metadata. The last
 * 4 KB of `logTail`, encoded in Base64, become LogResult.
 */
export function invokeEnvelope(
  payload: Json,
  payloadText: string,
  time: number,
  logTail: string | undefined,
): JsonObject {
  return {
    ExecutedVersion: "$LATEST",
    ...(logTail === undefined ? {} : { LogResult: lastBytes(logTail).toString("base64") }),
    Payload: payload,
    ...metadata(200, time, {
      "Content-Length": String(Buffer.byteLength(payloadText)),
      "Content-Type": "application/json",
      "X-Amz-Executed-Version": "$LATEST",
    }),
    StatusCode: 200,
  };
}

/**
 * The response to an invocation that nothing waits for (202) or that is only checked (204). This response has no
 * payload.
 */
export function acceptedEnvelope(statusCode: 202 | 204, time: number): JsonObject {
  return { Payload: "", ...metadata(statusCode, time, { "Content-Length": "0" }), StatusCode: statusCode };
}

const LOG_BYTES = 4096;

function lastBytes(text: string): Buffer {
  return Buffer.from(text).subarray(-LOG_BYTES);
}

function metadata(statusCode: number, time: number, more: Record<string, string>): JsonObject {
  const requestId = randomUUID();
  const headers = {
    Connection: "keep-alive",
    ...more,
    Date: new Date(time).toUTCString(),
    "X-Amzn-Trace-Id": `root=1-${requestId.slice(0, 8)}-${requestId.replaceAll("-", "").slice(8)};sampled=0`,
    "x-amzn-Remapped-Content-Length": "0",
    "x-amzn-RequestId": requestId,
  };
  return sdkMetadata(headers, requestId, statusCode);
}
