import * as z from "zod";
import { checkTags, versionHeaders } from "../attributes.ts";
import { receiveDocument } from "../body.ts";
import { findTagged } from "../find-object.ts";
import { notify } from "../notifications.ts";
import { bucketOf, type Call, type Operation, type S3Response, xmlResponse } from "../operation.ts";
import type { Tags } from "../store/records.ts";
import { inTurn } from "../store/store.ts";
import { retagVersion } from "../store/versions.ts";
import { fromXml, listOf, type XmlContent } from "../xml.ts";

const MOST_TAGGING_BYTES = 64 * 1024;

const TaggingDocument = z.object({
  TagSet: z.union([
    z.object({ Tag: listOf(z.object({ Key: z.string(), Value: z.string() })) }),
    z.string().transform(() => ({ Tag: [] })),
  ]),
});

/** Reads the tags in a request's document, at most `most`. Throws S3Error MalformedXML or InvalidTag. */
export async function receiveTags(call: Call, most: number): Promise<Tags> {
  const document = fromXml(
    await receiveDocument(call.request, MOST_TAGGING_BYTES),
    "Tagging",
    TaggingDocument,
  );
  return checkTags(document.TagSet.Tag, most);
}

/** Tags as a document. */
export function tagsContent(tags: Tags): { [name: string]: XmlContent } {
  const pairs = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return { TagSet: pairs.length > 0 ? { Tag: pairs } : "" };
}

/** GetObjectTagging. */
export const getObjectTagging: Operation = (call) => {
  const bucket = bucketOf(call);
  const object = findTagged(call.request, bucket);
  return xmlResponse("Tagging", tagsContent(object.tags), versionHeaders(bucket.record, object.versionId));
};

/** PutObjectTagging: the version keeps its ID, bytes, and time. */
export const putObjectTagging: Operation = async (call) =>
  retag(call, "ObjectTagging:Put", 200, await receiveTags(call, 10));

/** DeleteObjectTagging. */
export const deleteObjectTagging: Operation = (call) => retag(call, "ObjectTagging:Delete", 204, {});

async function retag(call: Call, event: string, status: number, tags: Tags): Promise<S3Response> {
  const { store, request } = call;
  const bucket = bucketOf(call);
  return inTurn(bucket, request.key, async () => {
    const version = findTagged(request, bucket);
    await retagVersion(store, bucket, version, tags);
    notify(call, { name: event, bucket, version });
    return { status, headers: versionHeaders(bucket.record, version.versionId) };
  });
}
