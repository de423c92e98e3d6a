/**
 * Runs the Analyze step for one data file in S3, in a process of its own, bundled as for deployment:
 * `node bundle.mjs INPUT ENDPOINT`, where INPUT is JSON. Prints the step's result.
 */
import { S3Client } from "@aws-sdk/client-s3";
import { analyze } from "@data-quest/core/analysis/analyze";
import { AnalysisInput } from "@data-quest/core/analysis/result";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";

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
