/** A deployed stage as a target. */
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import * as z from "zod";
import { Failure } from "./failure.ts";
import type { Target } from "./target.ts";

/**
 * The state machine AllSurveys, which a stage has only with the setting `surveys: "all"`. Resource throws for
 * missing resources.
 */
function allSurveysArn(): string | undefined {
  const { SST_RESOURCE_AllSurveys: resource } = process.env;
  return resource === undefined
    ? undefined
    : z.looseObject({ arn: z.string() }).parse(JSON.parse(resource)).arn;
}

/**
 * A deployed stage, from the resources that `sst shell` puts into the environment. Throws Failure outside
 * `sst shell`.
 */
export async function stageTarget(stage: string): Promise<Target> {
  if (process.env.SST_RESOURCE_App === undefined) {
    throw new Failure(
      `--stage needs the environment of sst shell. Run: npx sst shell --stage ${stage} -- npx quest ... --stage ${stage}`,
    );
  }
  const { Resource } = await import("sst");
  if (Resource.App.stage !== stage) {
    throw new Failure(
      `--stage is ${stage}, but this shell belongs to the stage ${Resource.App.stage}: use the same stage for both`,
    );
  }
  const stepFunctions = new SFNClient({});
  const s3 = new S3Client({});
  const stateMachineArn = Resource.Pipeline.arn;
  const region = stateMachineArn.split(":")[3];
  return {
    stepFunctions,
    s3,
    buckets: { bronze: Resource.Bronze.name, silver: Resource.Silver.name, gold: Resource.Gold.name },
    stateMachineArn,
    allSurveysArn: allSurveysArn(),
    source: Resource.Sources.timeSeries,
    sources: async () => Resource.Sources,
    pollInterval: 2000,
    consoleLink: (arn) =>
      `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${arn}`,
    readLog: undefined,
    close: async () => {
      stepFunctions.destroy();
      s3.destroy();
    },
  };
}
