/**
 * Dashboards in QuickSight, if the stage has them. CloudFormation creates them, because Pulumi's resources
 * support neither the definition of a dashboard nor the role of a data source.
 */
import { queryResultsPrefix, silverPopulationKey, surveysPrefix } from "@data-quest/core/constants";
import { databaseName, glue } from "./catalog.ts";
import { key } from "./encryption.ts";
import { policy, trust } from "./policies.ts";
import {
  dashboardId,
  type Place,
  sharedTemplate,
  surveyTemplate,
  type Template,
} from "./quicksight-template.ts";
import { onlyDataFile, type StageSettings } from "./settings.ts";
import { accountId, physicalName, region, settings } from "./stage.ts";
import { gold, silver } from "./storage.ts";

/** The URLs of the dashboards, if there are any. */
export const dashboards = settings.quickSight ? createDashboards(settings.quickSight) : undefined;

function createDashboards({
  owner,
  surveys,
}: NonNullable<StageSettings["quickSight"]>): $util.Output<string>[] {
  const workgroup = new aws.athena.Workgroup("QuickSightWorkgroup", {
    name: physicalName("QuickSight"),
    description: "Queries of the dashboards in QuickSight",
    forceDestroy: true,
    configuration: {
      enforceWorkgroupConfiguration: true,
      // Encrypted like Gold.
      resultConfiguration: { outputLocation: $interpolate`s3://${gold.name}/${queryResultsPrefix}` },
    },
  });
  const role = createRole(workgroup);
  const place = $util.all([accountId, region]).apply(
    ([account, region]): Place => ({
      accountId: account,
      region,
      prefix: physicalName(""),
      stage: $app.stage,
      database: databaseName,
      owner,
    }),
  );
  const shared = stack(
    "QuickSight",
    $util
      .all([place, role.arn, workgroup.name])
      .apply(([place, roleArn, workGroup]) => sharedTemplate(place, { roleArn, workGroup })),
    [],
  );
  for (const survey of surveys) {
    const dataFile = onlyDataFile(settings, survey);
    if (dataFile === undefined)
      throw new Error(`dataFiles.${survey}.dataFile does not name exactly one file`);
    stack(
      `QuickSight-${survey}`,
      place.apply((place) => surveyTemplate(place, survey, dataFile)),
      [shared],
    );
  }
  return surveys.map((survey) =>
    place.apply(
      (place) =>
        `https://${place.region}.quicksight.aws.amazon.com/sn/dashboards/${dashboardId(place, survey)}`,
    ),
  );
}

function stack(
  name: string,
  template: $util.Output<Template>,
  dependsOn: aws.cloudformation.Stack[],
): aws.cloudformation.Stack {
  return new aws.cloudformation.Stack(
    name,
    {
      name: physicalName(name),
      templateBody: $jsonStringify(template),
      // A stack whose creation failed cannot be updated.
      onFailure: "DELETE",
    },
    { dependsOn },
  );
}

/**
 * The role that QuickSight assumes to run the queries, instead of its account-wide role. Its
 * permissions are those of the managed policy AWSQuicksightAthenaAccess, but only for this stage and without
 * permission to change the catalog.
 */
function createRole(workgroup: aws.athena.Workgroup): aws.iam.Role {
  const athena = $interpolate`arn:aws:athena:${region}:${accountId}`;
  return new aws.iam.Role("QuickSightRole", {
    name: physicalName("QuickSightRole"),
    assumeRolePolicy: trust("quicksight.amazonaws.com"),
    inlinePolicies: [
      {
        name: "inline",
        policy: policy(
          {
            actions: [
              "athena:BatchGetQueryExecution",
              "athena:GetQueryExecution",
              "athena:GetQueryResults",
              "athena:GetQueryResultsStream",
              "athena:GetWorkGroup",
              "athena:ListQueryExecutions",
              "athena:StartQueryExecution",
              "athena:StopQueryExecution",
            ],
            resources: [$interpolate`${athena}:workgroup/${workgroup.name}`],
          },
          {
            actions: [
              "athena:GetDataCatalog",
              "athena:GetDatabase",
              "athena:GetTableMetadata",
              "athena:ListDatabases",
              "athena:ListTableMetadata",
            ],
            resources: [$interpolate`${athena}:datacatalog/AwsDataCatalog`],
          },
          // These list actions support no resource-level permissions.
          {
            actions: ["athena:ListDataCatalogs", "athena:ListEngineVersions", "athena:ListWorkGroups"],
            resources: ["*"],
          },
          {
            actions: [
              "glue:GetDatabase",
              "glue:GetDatabases",
              "glue:GetPartition",
              "glue:GetPartitions",
              "glue:BatchGetPartition",
              "glue:GetTable",
              "glue:GetTables",
            ],
            resources: [
              $interpolate`${glue}:catalog`,
              $interpolate`${glue}:database/${databaseName}`,
              $interpolate`${glue}:table/${databaseName}/*`,
            ],
          },
          // Athena also looks up the database `default`, whatever the query reads.
          // docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
          { actions: ["glue:GetDatabase"], resources: [$interpolate`${glue}:database/default`] },
          { actions: ["s3:GetBucketLocation", "s3:ListBucket"], resources: [silver.arn, gold.arn] },
          { actions: ["s3:ListBucketMultipartUploads"], resources: [gold.arn] },
          {
            actions: ["s3:GetObject"],
            resources: [
              $interpolate`${silver.arn}/${surveysPrefix}*`,
              $interpolate`${silver.arn}/${silverPopulationKey}`,
            ],
          },
          {
            actions: [
              "s3:AbortMultipartUpload",
              "s3:GetObject",
              "s3:ListMultipartUploadParts",
              "s3:PutObject",
            ],
            resources: [$interpolate`${gold.arn}/${queryResultsPrefix}*`],
          },
          ...(key ? [{ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [key.arn] }] : []),
        ),
      },
    ],
  });
}
