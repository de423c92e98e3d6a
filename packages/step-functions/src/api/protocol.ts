import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { InvalidDefinition } from "../definition/check.ts";
import { ApiException } from "../exceptions.ts";
import type { Service } from "../service.ts";
import { Damaged } from "../store/json-file.ts";
import { operations } from "./operations.ts";

const TARGET = "AWSStepFunctions.";
/** Enough for a definition of 1 MB in which every character needs an escape. */
const LONGEST_BODY = 8 * 1024 * 1024;

/**
 * Answers one request of the AWS JSON 1.0 protocol. X-Amz-Target contains the operation's name, and the body is
 * the operation's input.
 */
export async function handleRequest(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const output = await answer(service, request);
    send(response, 200, output ?? {});
  } catch (error) {
    const exception = asException(error);
    send(response, exception.status, { __type: exception.type, message: exception.message });
  }
}

async function answer(service: Service, request: IncomingMessage): Promise<object | undefined> {
  const target = String(request.headers["x-amz-target"] ?? "");
  const name = target.startsWith(TARGET) ? target.slice(TARGET.length) : "";
  const operation = operations.get(name);
  const body = await readBody(request);
  if (operation === undefined) {
    throw new ApiException("UnknownOperationException", `The operation '${name}' is not supported here`);
  }
  return operation(service, parseBody(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LONGEST_BODY) {
      throw new ApiException("ValidationException", `The request is longer than ${LONGEST_BODY} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body === "" ? "{}" : body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ApiException("SerializationException", `The request's body is not JSON: ${error.message}`);
  }
}

function asException(error: unknown): ApiException {
  if (error instanceof ApiException) return error;
  if (error instanceof Damaged) return new ApiException("InternalFailure", error.message);
  if (error instanceof InvalidDefinition) return new ApiException("InvalidDefinition", error.message);
  return new ApiException(
    "InternalFailure",
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "Content-Type": "application/x-amz-json-1.0",
    "Content-Length": text.length,
    "x-amzn-RequestId": randomUUID(),
  });
  response.end(text);
}
