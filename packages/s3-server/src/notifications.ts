import { createHash } from "node:crypto";
import * as z from "zod";
import { S3Error } from "./errors.ts";
import { OWNER, REGION } from "./owner.ts";
import { hostId, type S3Request } from "./request.ts";
import type { Version } from "./store/records.ts";
import type { Bucket } from "./store/store.ts";
import { fromXml, listOf } from "./xml.ts";

/** A notification from a bucket: the ARN of the queue, topic, or function, and the message. */
export type Notification = { destination: string; message: S3EventMessage | S3TestEvent };

/** The message about a change, in S3's format. */
type S3EventMessage = { Records: S3EventRecord[] };

type S3EventRecord = {
  eventVersion: string;
  eventSource: "aws:s3";
  awsRegion: string;
  eventTime: string;
  eventName: string;
  userIdentity: { principalId: string };
  requestParameters: { sourceIPAddress: string };
  responseElements: { "x-amz-request-id": string; "x-amz-id-2": string };
  s3: {
    s3SchemaVersion: "1.0";
    configurationId: string;
    bucket: { name: string; ownerIdentity: { principalId: string }; arn: string };
    object: { key: string; size?: number; eTag?: string; versionId?: string; sequencer?: string };
  };
};

/** The test message that S3 sends when a notification configuration is put. */
type S3TestEvent = {
  Service: "Amazon S3";
  Event: "s3:TestEvent";
  Time: string;
  Bucket: string;
  RequestId: string;
  HostId: string;
};

/** A rule of a configuration: which events for which keys go to which destination. */
type Rule = { id: string; destination: string; events: string[]; prefix: string; suffix: string };

const Filter = z.object({
  S3Key: z.object({ FilterRule: listOf(z.object({ Name: z.string(), Value: z.string() })) }).optional(),
});
const Common = { Id: z.string().default(""), Event: listOf(z.string()), Filter: Filter.optional() };

/** A bucket's notification configuration. */
const NotificationDocument = z.object({
  QueueConfiguration: listOf(z.object({ ...Common, Queue: z.string() })),
  TopicConfiguration: listOf(z.object({ ...Common, Topic: z.string() })),
  CloudFunctionConfiguration: listOf(z.object({ ...Common, CloudFunction: z.string() })),
  EventBridgeConfiguration: z.unknown().optional(),
});

/** Throws S3Error for a configuration with destinations that this server does not support. */
export function checkNotifications(document: string): void {
  const wishes = fromXml(document, "NotificationConfiguration", NotificationDocument);
  if (wishes.EventBridgeConfiguration === undefined) return;
  throw new S3Error("NotImplemented", {
    message:
      "Events for EventBridge are not implemented: specify a queue, a topic, or a function in the configuration",
  });
}

/** The rules of a bucket's configuration. Throws S3Error MalformedXML if it is not valid. */
function notificationRules(document: string): Rule[] {
  const wishes = fromXml(document, "NotificationConfiguration", NotificationDocument);
  const named = [
    ...wishes.QueueConfiguration.map((wish) => ({ ...wish, destination: wish.Queue })),
    ...wishes.TopicConfiguration.map((wish) => ({ ...wish, destination: wish.Topic })),
    ...wishes.CloudFunctionConfiguration.map((wish) => ({ ...wish, destination: wish.CloudFunction })),
  ];
  return named.map(({ Id, Event, Filter: filter, destination }) => {
    const filters = filter?.S3Key?.FilterRule ?? [];
    const value = (name: string) => filters.find(({ Name }) => Name.toLowerCase() === name)?.Value ?? "";
    return { id: Id, destination, events: Event, prefix: value("prefix"), suffix: value("suffix") };
  });
}

/** A change to an object. `name` is S3's event name without `s3:`. */
export type ObjectEvent = { name: string; bucket: Bucket; version: Version };

/** The parts of a call that a notification needs. */
type Notifier = { request: S3Request; send: (notification: Notification) => void };

/** Reports a change: one message for each matching rule of the bucket's configuration. */
export function notify({ request, send }: Notifier, event: ObjectEvent): void {
  const { notification } = event.bucket.record.documents;
  const { key } = event.version;
  if (notification === undefined) return;
  for (const rule of notificationRules(notification)) {
    const asked = rule.events.some((wish) => asksFor(wish, event.name));
    if (!asked || !key.startsWith(rule.prefix) || !key.endsWith(rule.suffix)) continue;
    send({ destination: rule.destination, message: { Records: [eventRecord(event, request, rule.id)] } });
  }
}

/** Whether a rule's event such as `s3:ObjectCreated:*` matches an event such as `ObjectCreated:Put`. */
function asksFor(wish: string, name: string): boolean {
  const bare = wish.replace(/^s3:/, "");
  return bare.endsWith("*") ? name.startsWith(bare.slice(0, -1)) : name === bare;
}

function eventRecord(event: ObjectEvent, request: S3Request, configurationId: string): S3EventRecord {
  const { bucket, version, name } = event;
  const tagging = name.startsWith("ObjectTagging:");
  return {
    eventVersion: tagging ? "2.3" : "2.1",
    eventSource: "aws:s3",
    awsRegion: REGION,
    eventTime: new Date().toISOString(),
    eventName: name,
    userIdentity: { principalId: `AWS:${request.accessKeyId}` },
    requestParameters: { sourceIPAddress: request.message.socket.remoteAddress ?? "127.0.0.1" },
    responseElements: { "x-amz-request-id": request.id, "x-amz-id-2": hostId(request.id) },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId,
      bucket: {
        name: bucket.record.name,
        ownerIdentity: { principalId: OWNER.ID },
        arn: `arn:aws:s3:::${bucket.record.name}`,
      },
      object: {
        // Form encoding, except that slashes are kept. A space becomes a plus sign.
        key: encodeURIComponent(version.key).replace(/%2F/g, "/").replace(/%20/g, "+"),
        ...describe(event),
        ...(bucket.record.versioning === "Never" ? {} : { versionId: version.versionId }),
        ...(tagging ? {} : { sequencer: version.id.toUpperCase() }),
      },
    },
  };
}

/**
 * An event's fields about the object: no fields for a removal, and only an entity tag for a delete marker or a
 * change of tags.
 */
function describe({ name, version }: ObjectEvent): { size?: number; eTag?: string } {
  if (name === "ObjectRemoved:Delete") return {};
  if (version.kind === "deleteMarker") return { eTag: createHash("md5").digest("hex") };
  return name.startsWith("ObjectTagging:")
    ? { eTag: version.etag }
    : { size: version.size, eTag: version.etag };
}

/**
 * Sends a test message to each queue and topic in a new configuration, as S3 does. Functions get no test
 * message.
 */
export function sendTest({ request, send }: Notifier, bucket: Bucket): void {
  const rules = notificationRules(bucket.record.documents.notification ?? "");
  const destinations = new Set(
    rules.map((rule) => rule.destination).filter((arn) => !arn.includes(":lambda:")),
  );
  for (const destination of destinations) {
    const message: S3TestEvent = {
      Service: "Amazon S3",
      Event: "s3:TestEvent",
      Time: new Date().toISOString(),
      Bucket: bucket.record.name,
      RequestId: request.id,
      HostId: hostId(request.id),
    };
    send({ destination, message });
  }
}
