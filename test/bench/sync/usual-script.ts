/**
 * The usual kind of script: lists the folder, downloads every file completely, compares its MD5 with the ETag
 * in the bucket, and uploads what differs, one file after the other. `node usual-script.ts TIME_SERIES
 * ENDPOINT BUCKET`.
 */
import { createHash } from "node:crypto";
import { HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const [timeSeries = "", endpoint, bucket] = process.argv.slice(2);
const headers = { "user-agent": "script (bench@example.com)" };
const client = new S3Client({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
});

const page = await (await fetch(`${timeSeries}pr/`, { headers })).text();
for (const [, href = ""] of page.matchAll(/<A HREF="([^"]+[^/"])"/g)) {
  const answer = await fetch(new URL(href, timeSeries), { headers });
  const Body = Buffer.from(await answer.arrayBuffer());
  const md5 = createHash("md5").update(Body).digest("hex");
  const object = { Bucket: bucket, Key: `bls/pr/${href.split("/").at(-1)}` };
  const head = await client.send(new HeadObjectCommand(object)).catch(() => undefined);
  if (head?.ETag !== `"${md5}"`) await client.send(new PutObjectCommand({ ...object, Body }));
}
