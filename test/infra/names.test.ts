import { beforeAll, expect, test } from "vitest";
import { type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";

/**
 * For each resource type, the input that has the name, and the maximum length of the name according to AWS's
 * service quotas and API references.
 */
const longest: Record<string, [input: string, characters: number]> = {
  "aws:athena/workgroup:Workgroup": ["name", 128],
  "aws:cloudformation/stack:Stack": ["name", 128],
  "aws:cloudfront/cachePolicy:CachePolicy": ["name", 128],
  "aws:cloudfront/function:Function": ["name", 64],
  "aws:cloudfront/originAccessControl:OriginAccessControl": ["name", 64],
  "aws:cloudwatch/dashboard:Dashboard": ["dashboardName", 255],
  "aws:cloudwatch/eventRule:EventRule": ["name", 64],
  "aws:cloudwatch/logGroup:LogGroup": ["name", 512],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name", 255],
  "aws:glue/catalogDatabase:CatalogDatabase": ["name", 255],
  "aws:glue/catalogTable:CatalogTable": ["name", 255],
  "aws:iam/role:Role": ["name", 64],
  // Pulumi adds 26 characters to a prefix.
  "aws:kms/alias:Alias": ["namePrefix", 256 - 26],
  "aws:lambda/function:Function": ["name", 64],
  "aws:s3/bucket:Bucket": ["bucket", 63],
  "aws:scheduler/schedule:Schedule": ["name", 64],
  "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": ["name", 253],
  "aws:sfn/stateMachine:StateMachine": ["name", 80],
  "aws:sns/topic:Topic": ["name", 256],
  "aws:sqs/queue:Queue": ["name", 80],
};
/** Types whose `name` is that of another resource, or has no limit that a stage's name could exceed. */
const unnamed = /^(aws:(ec2|s3\/bucketObject)|sst:|pulumi:|random:)/;

const everything = {
  encryption: "kms",
  publicAccess: true,
  privateNetwork: true,
  scheduled: true,
  surveys: ["pr", "abcdefgh"],
  dataFiles: { abcdefgh: { dataFile: "abcdefgh.data.1.All" } },
  quickSight: {
    owner: "arn:aws:quicksight:us-east-1:000000000000:user/default/anna",
    surveys: ["abcdefgh"],
  },
};

const stage = "s".repeat(37);
const choices = ["all", ["pr", "abcdefgh"]];
let syntheses: Synthesis[];
beforeAll(async () => {
  syntheses = await synthesize(
    ...choices.map((surveys) => ({ stage, settings: { ...everything, surveys } })),
  );
});

test.each(choices.map((surveys, index) => [surveys, index] as const))(
  "every resource name fits its limit with the longest stage name and the surveys %j",
  (_, index) => {
    const { resources = [] } = syntheses[index] ?? {};
    const named = resources.filter(
      ({ type, inputs }) => !unnamed.test(type) && (type in longest || "name" in inputs),
    );
    for (const { type, name, inputs } of named) {
      const [input, characters] = longest[type] ?? [];
      expect(input, `${type} ${name} has a name: add its limit to this test`).toBeDefined();
      expect(String(inputs[input ?? ""]).length, `${type} ${name}`).toBeLessThanOrEqual(characters ?? 0);
    }
    const types = new Set(named.map(({ type }) => type));
    expect(Object.keys(longest).filter((type) => !types.has(type))).toEqual([]);
  },
);

test("a stage name that is too long is refused, and the error states the maximum length", async () => {
  await expect(synthesize({ stage: `${stage}s`, settings: everything })).rejects.toThrow(
    "has 38 characters; at most 37 are allowed",
  );
});
