import { policy, tlsOnly } from "./policies.ts";
import { physicalName } from "./stage.ts";

const twoWeeksInSeconds = 14 * 24 * 3600;

/**
 * An encrypted queue with the longest message retention of SQS. Its only policy is created by allowSenders.
 */
export function queue(name: string, args: aws.sqs.QueueArgs = {}): aws.sqs.Queue {
  return new aws.sqs.Queue(name, {
    name: physicalName(name),
    sqsManagedSseEnabled: true,
    messageRetentionSeconds: twoWeeksInSeconds,
    ...args,
  });
}

/**
 * The queue's policy: requests over TLS only, and messages only from the services in `senders`, under their
 * conditions.
 */
export function allowSenders(
  name: string,
  { id, arn }: aws.sqs.Queue,
  senders: { service: string; conditions: aws.types.input.iam.GetPolicyDocumentStatementConditionArgs[] }[],
): aws.sqs.QueuePolicy {
  return new aws.sqs.QueuePolicy(name, {
    queueUrl: id,
    policy: policy(
      tlsOnly("sqs:*", arn),
      ...senders.map(({ service, conditions }) => ({
        principals: [{ type: "Service", identifiers: [service] }],
        actions: ["sqs:SendMessage"],
        resources: [arn],
        conditions,
      })),
    ),
  });
}

/** Undelivered and unprocessed messages: scheduled starts, and events about the ends of executions. */
export const undelivered = queue("Undelivered");
