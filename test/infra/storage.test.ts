import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";
import { names, ofType, permissionsOf, statements, the } from "./resources.ts";

const buckets = ["Bronze", "Silver", "Gold"];
let production: Synthesis;
let dev: Synthesis;
/** Production with everything that a stage can request. */
let full: Synthesis;

beforeAll(async () => {
  const settings = {
    encryption: "kms",
    publicAccess: true,
    privateNetwork: true,
    surveys: ["pr", "cu"],
    reportDays: 150,
  };
  [production, dev, full] = (await synthesize({}, { stage: "dev" }, { settings })) as [
    Synthesis,
    Synthesis,
    Synthesis,
  ];
});

test("there are three buckets", () => {
  expect(names(production, "aws:s3/bucket:Bucket").sort()).toEqual(
    buckets.map((name) => `${name}Bucket`).sort(),
  );
});

describe.each(buckets)("the bucket %s", (name) => {
  test("keeps every version", () => {
    expect(
      the(production, "aws:s3/bucketVersioning:BucketVersioning", `${name}Versioning`).inputs,
    ).toMatchObject({
      bucket: bucketName(production, name),
      versioningConfiguration: { status: "Enabled" },
    });
  });

  test("is encrypted with S3's keys", () => {
    expect(encryption(production, name)).toEqual({
      bucket: bucketName(production, name),
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
  });

  test("is encrypted with the stage's own key, through a bucket key, if the stage has a key", () => {
    expect(encryption(full, name)).toMatchObject({
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            kmsMasterKeyId: "arn:aws:kms:us-east-1:000000000000:key/Key",
          },
          bucketKeyEnabled: true,
        },
      ],
    });
  });

  test("blocks public access", () => {
    for (const synthesis of [production, full])
      expect(
        the(synthesis, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", `${name}PublicAccessBlock`)
          .inputs,
      ).toEqual({
        bucket: bucketName(synthesis, name),
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
  });

  test("accepts requests only over TLS, and its policy grants nothing", () => {
    const [deny, ...others] = statements(
      the(production, "aws:s3/bucketPolicy:BucketPolicy", `${name}Policy`).inputs.policy,
    );
    expect(deny).toEqual({
      effect: "Deny",
      actions: ["s3:*"],
      resources: [name, `${name}/*`],
      principal: "*",
      condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    expect(others).toEqual([]);
  });

  test("expires old versions after two years, and unfinished uploads after a day", () => {
    expect(rulesOf(production, name).slice(0, 2)).toEqual([
      {
        id: "OldVersions",
        status: "Enabled",
        filter: {},
        noncurrentVersionExpiration: { noncurrentDays: 730 },
        expiration: { expiredObjectDeleteMarker: true },
      },
      {
        id: "UnfinishedUploads",
        status: "Enabled",
        filter: {},
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
    ]);
  });
});

describe("lifecycle rules", () => {
  const rule = (synthesis: Synthesis, id: string) =>
    rulesOf(synthesis, "Gold").find((each) => each.id === id);

  test("expire an execution's report, selected by its tag, later than Step Functions expires the execution's history", () => {
    expect(rule(production, "ReportsOfExecutions")).toEqual({
      id: "ReportsOfExecutions",
      status: "Enabled",
      filter: { tag: { key: "report", value: "execution" } },
      expiration: { days: 730 },
      noncurrentVersionExpiration: { noncurrentDays: 30 },
    });
    expect(rule(dev, "ReportsOfExecutions")?.expiration).toEqual({ days: 120 });
    expect(rule(full, "ReportsOfExecutions")?.expiration).toEqual({ days: 150 });
  });

  test("keep a limited number of old versions of the index", () => {
    expect(rule(production, "OldIndexes")).toEqual({
      id: "OldIndexes",
      status: "Enabled",
      filter: { prefix: "reports/index." },
      noncurrentVersionExpiration: { noncurrentDays: 1, newerNoncurrentVersions: 100 },
    });
  });

  test("expire Athena's results for QuickSight after a day", () => {
    expect(rule(production, "QueryResults")).toEqual({
      id: "QueryResults",
      status: "Enabled",
      filter: { prefix: "query-results/" },
      expiration: { days: 1 },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
    });
  });

  test("expire no other current versions, such as latest/, the index, the audits, and the data", () => {
    const expiring = buckets.flatMap((name) =>
      rulesOf(full, name)
        .filter(({ expiration }) => expiration?.days !== undefined)
        .map(({ id }) => `${name} ${id}`),
    );
    expect(expiring).toEqual(["Gold ReportsOfExecutions", "Gold QueryResults"]);
    expect(buckets.map((name) => rulesOf(full, name).length)).toEqual([2, 2, 5]);
  });
});

test("no bucket accepts cross-origin requests", () => {
  expect(names(production, "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration")).toEqual([]);
});

describe("a stage", () => {
  test("tags everything", () => {
    for (const { app } of [production, dev])
      expect(app.providers).toMatchObject({
        aws: { defaultTags: { tags: { Project: "RearcDataQuest", Environment: app.stage } } },
      });
  });

  test("keeps its data when it is removed, and cannot be removed by mistake, if it is production", () => {
    expect(production.app).toMatchObject({ removal: "retain", protect: true });
    for (const { name, retainOnDelete, inputs } of ofType(production, "aws:s3/bucket:Bucket")) {
      expect(retainOnDelete, name).toBe(true);
      expect(inputs.forceDestroy, name).toBe(false);
    }
  });

  test("keeps the protection of the retained buckets and key", () => {
    const isKept = (type: string) => /^aws:(s3\/bucket(?!Notification|Object)|kms\/)/.test(type);
    const kept = full.resources.filter(({ type }) => isKept(type));
    expect(kept.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
      ]),
    );
    for (const { type, name, retainOnDelete } of kept) expect(retainOnDelete, `${type} ${name}`).toBe(true);
  });

  test("retains nothing else: neither its network nor an alias with a name that the next deployment needs", () => {
    const others = full.resources.filter(({ type }) => !/^aws:(s3|kms)\//.test(type));
    for (const { type, name, retainOnDelete } of others)
      expect(retainOnDelete, `${type} ${name}`).toBe(false);
    const { name, namePrefix } = the(full, "aws:kms/alias:Alias", "KeyAlias").inputs;
    expect([name, namePrefix]).toEqual([undefined, "alias/data-quest-production-Key-"]);
  });

  test("runs on a schedule, if it is production or dev", () => {
    for (const synthesis of [production, dev])
      expect(names(synthesis, "aws:scheduler/schedule:Schedule")).not.toEqual([]);
  });

  test("can be removed completely, unless it is production", () => {
    expect(dev.app).toMatchObject({ removal: "remove", protect: false });
    for (const { name, retainOnDelete, inputs } of ofType(dev, "aws:s3/bucket:Bucket")) {
      expect(retainOnDelete, name).toBe(false);
      expect(inputs.forceDestroy, name).toBe(true);
    }
  });
});

describe("the key", () => {
  test("exists only if the stage requests it", () => {
    expect(names(production, "aws:kms/key:Key")).toEqual([]);
    expect(names(full, "aws:kms/key:Key")).toEqual(["Key"]);
  });

  test("is rotated every year, and is retained with the data of production", () => {
    const key = the(full, "aws:kms/key:Key", "Key");
    expect(key).toMatchObject({ retainOnDelete: true, inputs: { enableKeyRotation: true } });
  });

  test("can be used by the services that send alarms", () => {
    expect(statements(the(full, "aws:kms/key:Key", "Key").inputs.policy)).toContainEqual({
      effect: "Allow",
      actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
      resources: ["*"],
      principal: { Service: "cloudwatch.amazonaws.com" },
      condition: { StringEquals: { "aws:SourceAccount": "000000000000" } },
    });
  });
});

describe("public access", () => {
  const distributions = "aws:cloudfront/distribution:Distribution";

  test("is off unless a stage requests it", () => {
    expect(names(production, distributions)).toEqual([]);
  });

  test("goes through CloudFront, in signed requests, to the reports, the mirrored files, and the Parquet files", () => {
    const { inputs } = the(full, distributions, "Public");
    expect(inputs).toMatchObject({
      origins: [
        {
          originId: "reports",
          domainName: expect.stringContaining("-goldbucket-"),
          originAccessControlId: "PublicAccess-id",
        },
        {
          originId: "files",
          domainName: expect.stringContaining("-bronzebucket-"),
          originAccessControlId: "PublicAccess-id",
        },
        {
          originId: "parquet",
          domainName: expect.stringContaining("-silverbucket-"),
          originAccessControlId: "PublicAccess-id",
        },
      ],
      defaultCacheBehavior: { targetOriginId: "reports", viewerProtocolPolicy: "redirect-to-https" },
      // Silver's pattern comes first, because both patterns match Silver's paths.
      orderedCacheBehaviors: [
        {
          pathPattern: "bls/*.parquet",
          targetOriginId: "parquet",
          viewerProtocolPolicy: "redirect-to-https",
        },
        { pathPattern: "bls/*", targetOriginId: "files", viewerProtocolPolicy: "redirect-to-https" },
      ],
    });
    expect(
      the(full, "aws:cloudfront/originAccessControl:OriginAccessControl", "PublicAccess").inputs,
    ).toMatchObject({
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
    });
  });

  test.each([
    ["Bronze", ["Bronze/bls/*"]],
    ["Silver", ["Silver/bls/*.parquet"]],
    ["Gold", ["Gold/reports/*"]],
  ])("lets CloudFront read from %s: %j", (name, readable) => {
    const allowed = statements(
      the(full, "aws:s3/bucketPolicy:BucketPolicy", `${name}Policy`).inputs.policy,
    ).filter(({ effect }) => effect === "Allow");
    expect(allowed.flatMap(({ resources }) => resources)).toEqual(readable);
    for (const statement of allowed)
      expect(statement).toMatchObject({
        actions: ["s3:GetObject"],
        principal: { Service: "cloudfront.amazonaws.com" },
        condition: { ArnLike: { "aws:SourceArn": "arn:aws:cloudfront::000000000000:distribution/*" } },
      });
  });

  test("adds the Explore page next to the reports", () => {
    const objects = "aws:s3/bucketObjectv2:BucketObjectv2";
    expect(names(production, objects)).not.toContain("ExplorePage");
    expect(the(full, objects, "ExplorePage").inputs).toMatchObject({
      bucket: expect.stringContaining("-goldbucket-"),
      key: "reports/explore.html",
      contentType: "text/html; charset=utf-8",
      source: { __pulumiAsset: true },
    });
  });

  test("lets CloudFront use the key, if there is one", () => {
    const reads = statements(the(full, "aws:kms/key:Key", "Key").inputs.policy).filter(({ principal }) =>
      JSON.stringify(principal).includes("cloudfront.amazonaws.com"),
    );
    expect(reads).toMatchObject([{ actions: ["kms:Decrypt"] }]);
  });
});

test("the catalog is a database with a population table, and a function maintains the tables of the surveys", () => {
  expect(the(full, "aws:glue/catalogDatabase:CatalogDatabase", "Catalog").inputs.name).toBe(
    "data_quest_production",
  );
  expect(names(full, "aws:glue/catalogTable:CatalogTable")).toEqual(["PopulationTable"]);
  expect(the(full, "aws:glue/catalogTable:CatalogTable", "PopulationTable").inputs).toMatchObject({
    databaseName: "data_quest_production",
    name: "population",
    storageDescriptor: { location: `s3://${bucketName(full, "Silver")}/population/` },
  });
});

describe("a private network", () => {
  test("is off unless a stage requests it", () => {
    expect(names(production, "aws:ec2/vpc:Vpc")).toEqual([]);
    for (const { inputs } of ofType(production, "aws:lambda/function:Function"))
      expect(inputs.vpcConfig).toBeUndefined();
  });

  test("has every function in private subnets, with NAT gateways for BLS and an endpoint for S3", () => {
    for (const { inputs } of ofType(full, "aws:lambda/function:Function"))
      expect(inputs.vpcConfig).toMatchObject({
        subnetIds: ["NetworkPrivateSubnet1-id", "NetworkPrivateSubnet2-id"],
      });
    expect(names(full, "aws:ec2/natGateway:NatGateway")).toHaveLength(2);
    expect(the(full, "aws:ec2/vpcEndpoint:VpcEndpoint", "NetworkToS3").inputs).toMatchObject({
      serviceName: "com.amazonaws.us-east-1.s3",
      vpcEndpointType: "Gateway",
      routeTableIds: ["NetworkPrivateRouteTable1-id", "NetworkPrivateRouteTable2-id"],
    });
    const roles = ofType(full, "aws:iam/role:Role").filter(
      ({ name }) => !["PipelineRole", "AllSurveysRole", "ScheduleRole"].includes(name),
    );
    for (const role of roles)
      expect(permissionsOf(role).flatMap(({ actions }) => actions)).toContain("ec2:CreateNetworkInterface");
  });
});

const LifecycleRules = z.array(
  z.looseObject({ id: z.string(), expiration: z.looseObject({ days: z.number().optional() }).optional() }),
);

function rulesOf(synthesis: Synthesis, name: string): z.infer<typeof LifecycleRules> {
  const type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
  return LifecycleRules.parse(the(synthesis, type, `${name}Lifecycle`).inputs.rules);
}

function bucketName(synthesis: Synthesis, name: string): unknown {
  return the(synthesis, "aws:s3/bucket:Bucket", `${name}Bucket`).inputs.bucket;
}

function encryption(synthesis: Synthesis, name: string): Record<string, unknown> {
  return the(
    synthesis,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    `${name}Encryption`,
  ).inputs;
}
