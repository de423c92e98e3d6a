/**
 * The Analyze step of one data file that lies in S3, as a whole process: `node analyze-object.ts INPUT ENDPOINT`, the input
 * as JSON. Prints its result.
 */
import { enableCompileCache } from "node:module";
import { S3Client } from "@aws-sdk/client-s3";

// The deployed function is bundled: stripping types is no part of what it does.
enableCompileCache();
const { analyze } = await import("@data-quest/core/analysis/analyze");
const { AnalysisInput } = await import("@data-quest/core/analysis/result");
const { clientSettings, localEnvironment } = await import("@data-quest/local/client-settings");

const [, , input = "", endpoint = ""] = process.argv;
const client = new S3Client({ endpoint, ...clientSettings(localEnvironment()) });
const buckets = {
  bronze: { client, name: "bronze" },
  silver: { client, name: "silver" },
  gold: { client, name: "gold" },
};
const result = await analyze(AnalysisInput.parse(JSON.parse(input)), buckets, new Date());
client.destroy();
console.log(JSON.stringify(result));
