import * as z from "zod";
import { checkTags, isOwnersAcl } from "../attributes.ts";
import { receiveDocument } from "../body.ts";
import { S3Error } from "../errors.ts";
import { bucketOf, type Operation, queryNumber, xmlResponse, xmlTime } from "../operation.ts";
import { OWNER, REGION } from "../owner.ts";
import { takePage } from "../page.ts";
import { header } from "../request.ts";
import { createBucket as create, deleteBucket as remove } from "../store/store.ts";
import { fromXml, listOf } from "../xml.ts";
import { newBucketDocuments } from "./bucket-settings.ts";

const MOST_BYTES = 64 * 1024;

const CreateDocument = z.object({
  LocationConstraint: z.string().optional(),
  Tags: z.object({ Tag: listOf(z.object({ Key: z.string(), Value: z.string() })) }).optional(),
});

/** CreateBucket. Creating an existing bucket again changes nothing, as in us-east-1. */
export const createBucket: Operation = async ({ store, request }) => {
  const name = request.bucket;
  checkBucketName(name);
  if (!isOwnersAcl(request)) throw new S3Error("InvalidBucketAclWithObjectOwnership");
  const ownership = header(request, "x-amz-object-ownership");
  const text = await receiveDocument(request, MOST_BYTES);
  const document = text === "" ? {} : fromXml(text, "CreateBucketConfiguration", CreateDocument);
  if (document.LocationConstraint === REGION) {
    throw new S3Error("InvalidLocationConstraint", { details: { LocationConstraint: REGION } });
  }
  await create(store, {
    name,
    created: new Date().toISOString(),
    location: document.LocationConstraint ?? "",
    versioning: "Never",
    tags: checkTags(document.Tags?.Tag ?? [], 50),
    documents: newBucketDocuments(ownership),
  });
  return { status: 200, headers: { location: `/${name}`, "x-amz-bucket-arn": `arn:aws:s3:::${name}` } };
};

/**
 * Checks a name by the rules for buckets. A valid name is also safe as a folder's name. Throws S3Error
 * InvalidBucketName.
 */
function checkBucketName(name: string): void {
  const shape = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
  if (shape.test(name) && !name.includes("..") && !/^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return;
  throw new S3Error("InvalidBucketName", { details: { BucketName: name } });
}

/** DeleteBucket: the bucket must contain no versions and no delete markers. */
export const deleteBucket: Operation = async (call) => {
  const bucket = bucketOf(call);
  if (bucket.index.sorted.length > 0 || bucket.writing > 0) {
    const { name, versioning } = bucket.record;
    const more = versioning === "Never" ? "" : ". You must delete all versions in the bucket.";
    const message = `The bucket you tried to delete is not empty${more}`;
    throw new S3Error("BucketNotEmpty", { message, details: { BucketName: name } });
  }
  await remove(call.store, bucket);
  return { status: 204 };
};

/** HeadBucket. */
export const headBucket: Operation = (call) => {
  const { record } = bucketOf(call);
  return {
    status: 200,
    headers: {
      "x-amz-bucket-region": record.location || REGION,
      "x-amz-bucket-arn": `arn:aws:s3:::${record.name}`,
      "x-amz-access-point-alias": "false",
      "content-type": "application/xml",
    },
  };
};

/** GetBucketLocation: empty for the server's own region, as on AWS. */
export const getBucketLocation: Operation = (call) =>
  xmlResponse("LocationConstraint", { "#text": bucketOf(call).record.location });

/** ListBuckets. */
export const listBuckets: Operation = ({ store, request }) => {
  const most = queryNumber(request, "max-buckets", 1, 10_000, 10_000);
  const prefix = request.query.get("prefix") ?? "";
  const after = Buffer.from(request.query.get("continuation-token") ?? "", "base64").toString("utf8");
  const names = [...store.buckets.keys()].sort().filter((name) => name > after && name.startsWith(prefix));
  const { page, truncated } = takePage(names, most);
  return xmlResponse("ListAllMyBucketsResult", {
    Owner: OWNER,
    Buckets: {
      Bucket: page.flatMap((name) => {
        const record = store.buckets.get(name)?.record;
        if (record === undefined) return [];
        return [
          { Name: name, CreationDate: xmlTime(record.created), BucketRegion: record.location || REGION },
        ];
      }),
    },
    ContinuationToken: truncated ? Buffer.from(page.at(-1) ?? "").toString("base64") : undefined,
    Prefix: prefix === "" ? undefined : prefix,
  });
};
