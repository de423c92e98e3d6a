import * as z from "zod";
import { receiveDocument } from "../body.ts";
import { S3Error, type S3ErrorCode } from "../errors.ts";
import { findObject } from "../find-object.ts";
import { checkNotifications, sendTest } from "../notifications.ts";
import { bucketOf, type Operation, xmlResponse } from "../operation.ts";
import { OWNER } from "../owner.ts";
import type { BucketRecord, DocumentName } from "../store/records.ts";
import { changeBucket } from "../store/store.ts";
import { fromXml, listOf, toXml } from "../xml.ts";
import { receiveTags, tagsContent } from "./object-tagging.ts";

/** S3 accepts policies of up to 20 KB, and lifecycle rules of a few hundred KB. */
const MOST_BYTES = 512 * 1024;

const OWNERSHIPS = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] as const;

/** The XML documents: all except the policy. */
type XmlDocument = Exclude<DocumentName, "policy">;

/**
 * A kind of settings document: the root element, S3's response if no document is stored (an error or an empty
 * document), and the check of a new document.
 */
type Kind = { root: string; missing: S3ErrorCode | "empty"; check: (document: string) => void };

const KINDS: Record<XmlDocument, Kind> = {
  encryption: kind(
    "ServerSideEncryptionConfiguration",
    "empty",
    z.object({
      Rule: z.object({
        ApplyServerSideEncryptionByDefault: z.object({ SSEAlgorithm: z.string() }).optional(),
      }),
    }),
  ),
  lifecycle: kind(
    "LifecycleConfiguration",
    "NoSuchLifecycleConfiguration",
    z.object({
      Rule: listOf(z.object({ Status: z.enum(["Enabled", "Disabled"]) })).refine((rules) => rules.length > 0),
    }),
  ),
  notification: { root: "NotificationConfiguration", missing: "empty", check: checkNotifications },
  ownershipControls: kind(
    "OwnershipControls",
    "OwnershipControlsNotFoundError",
    z.object({
      Rule: z.object({
        ObjectOwnership: z.enum(OWNERSHIPS),
      }),
    }),
  ),
  publicAccessBlock: kind(
    "PublicAccessBlockConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    z.record(z.string(), z.string()),
  ),
};

function kind(root: string, missing: Kind["missing"], schema: z.ZodType): Kind {
  return { root, missing, check: (document) => void fromXml(document, root, schema) };
}

const DEFAULT_ENCRYPTION = toXml("ServerSideEncryptionConfiguration", {
  Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false },
});

/**
 * The settings that S3 gives a new bucket: no public access, encryption with S3's own keys, and no ACLs
 * unless `ownership` says otherwise. Throws S3Error InvalidArgument for an unknown ownership.
 */
export function newBucketDocuments(ownership = "BucketOwnerEnforced"): BucketRecord["documents"] {
  if (!OWNERSHIPS.some((known) => known === ownership)) {
    throw new S3Error("InvalidArgument", {
      message: `Invalid x-amz-object-ownership header: ${ownership}`,
      details: { ArgumentName: "x-amz-object-ownership" },
    });
  }
  return {
    encryption: DEFAULT_ENCRYPTION,
    ownershipControls: toXml("OwnershipControls", { Rule: { ObjectOwnership: ownership } }),
    publicAccessBlock: toXml("PublicAccessBlockConfiguration", {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    }),
  };
}

/** Returns the operation that gets a settings document exactly as it was stored. */
export function getDocument(name: XmlDocument): Operation {
  return (call) => {
    const bucket = bucketOf(call);
    const { root, missing } = KINDS[name];
    const document = bucket.record.documents[name];
    if (document === undefined && missing !== "empty") throw notThere(missing, bucket.record.name);
    return { status: 200, headers: { "content-type": "application/xml" }, body: document ?? toXml(root, {}) };
  };
}

/** Returns the operation that validates and stores a settings document. */
export function putDocument(name: XmlDocument): Operation {
  return async (call) => {
    const bucket = bucketOf(call);
    const text = await receiveDocument(call.request, MOST_BYTES);
    KINDS[name].check(text);
    await changeBucket(call.store, bucket, (record) => ({
      documents: { ...record.documents, [name]: text },
    }));
    return { status: 200 };
  };
}

/** Returns the operation that deletes a settings document. For encryption, the default replaces it. */
export function deleteDocument(name: DocumentName): Operation {
  return async (call) => {
    const bucket = bucketOf(call);
    await changeBucket(call.store, bucket, ({ documents }) => {
      const { [name]: _, ...others } = documents;
      return { documents: name === "encryption" ? { ...others, encryption: DEFAULT_ENCRYPTION } : others };
    });
    return { status: 204 };
  };
}

function notThere(code: S3ErrorCode, bucket: string): S3Error {
  return new S3Error(code, { details: { BucketName: bucket } });
}

/** PutBucketNotificationConfiguration: takes effect at once, and sends test messages. */
export const putNotification: Operation = async (call) => {
  const response = await putDocument("notification")(call);
  sendTest(call, bucketOf(call));
  return response;
};

/** GetBucketPolicy. */
export const getBucketPolicy: Operation = (call) => {
  const { record } = bucketOf(call);
  if (record.documents.policy === undefined) throw notThere("NoSuchBucketPolicy", record.name);
  return { status: 200, headers: { "content-type": "application/json" }, body: record.documents.policy };
};

/** PutBucketPolicy: the policy is stored and returned, but not enforced. */
export const putBucketPolicy: Operation = async (call) => {
  const bucket = bucketOf(call);
  const policy = await receiveDocument(call.request, MOST_BYTES);
  checkPolicy(policy);
  await changeBucket(call.store, bucket, (record) => ({ documents: { ...record.documents, policy } }));
  return { status: 204 };
};

/**
 * Throws S3Error MalformedPolicy for anything but a policy document. What the policy grants is not checked.
 */
function checkPolicy(text: string): void {
  if (!text.startsWith("{")) throw new S3Error("MalformedPolicy");
  try {
    const policy: object = JSON.parse(text);
    if ("Statement" in policy) return;
  } catch (error) {
    if (error instanceof SyntaxError) throw new S3Error("MalformedPolicy");
    throw error;
  }
  throw new S3Error("MalformedPolicy", { message: "Missing required field Statement" });
}

/** GetBucketVersioning: empty if versioning was never enabled. */
export const getBucketVersioning: Operation = (call) => {
  const { versioning } = bucketOf(call).record;
  return xmlResponse("VersioningConfiguration", { Status: versioning === "Never" ? undefined : versioning });
};

const VersioningDocument = z.object({ Status: z.enum(["Enabled", "Suspended"]).optional() });

/** PutBucketVersioning. */
export const putBucketVersioning: Operation = async (call) => {
  const bucket = bucketOf(call);
  const text = await receiveDocument(call.request, MOST_BYTES);
  const { Status } = fromXml(text, "VersioningConfiguration", VersioningDocument);
  if (Status === undefined) throw new S3Error("IllegalVersioningConfigurationException");
  await changeBucket(call.store, bucket, () => ({ versioning: Status }));
  return { status: 200 };
};

/** GetBucketTagging. */
export const getBucketTagging: Operation = (call) => {
  const { record } = bucketOf(call);
  if (Object.keys(record.tags).length === 0) throw notThere("NoSuchTagSet", record.name);
  return xmlResponse("Tagging", tagsContent(record.tags));
};

/** PutBucketTagging. */
export const putBucketTagging: Operation = async (call) => {
  const bucket = bucketOf(call);
  const tags = await receiveTags(call, 50);
  await changeBucket(call.store, bucket, () => ({ tags }));
  return { status: 204 };
};

/** DeleteBucketTagging. */
export const deleteBucketTagging: Operation = async (call) => {
  await changeBucket(call.store, bucketOf(call), () => ({ tags: {} }));
  return { status: 204 };
};

const XSI = "http://www.w3.org/2001/XMLSchema-instance";

/** GetBucketAcl and GetObjectAcl: full control for the owner only, as in every bucket without ACLs. */
export const getAcl: Operation = (call) => {
  const bucket = bucketOf(call);
  if (call.request.key !== "") findObject(call.request, bucket);
  return xmlResponse("AccessControlPolicy", {
    Owner: OWNER,
    AccessControlList: {
      Grant: {
        Grantee: { "@xmlns:xsi": XSI, "@xsi:type": "CanonicalUser", ...OWNER },
        Permission: "FULL_CONTROL",
      },
    },
  });
};
