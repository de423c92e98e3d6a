/**
 * The database through which Athena reads Silver. Its tables depend on Silver's files, so a function
 * maintains them, not the stack.
 */
import { surveysPrefix } from "@data-quest/core/constants";
import { link } from "./functions.ts";
import { lambda } from "./lambda.ts";
import { undelivered } from "./queues.ts";
import { accountId, region } from "./stage.ts";
import { silver } from "./storage.ts";
import { executions } from "./workflow.ts";

/** No hyphens, which SQL would read as a minus, and no capital letters, which Glue does not preserve. */
const name = `${$app.name}_${$app.stage}`.replaceAll("-", "_").toLowerCase();

const database = new aws.glue.CatalogDatabase("Catalog", {
  name,
  description: "BLS surveys, as Pipeline keeps them in Silver",
});

const catalog = new sst.Linkable("Catalog", { properties: { database: database.name } });
const glue = $interpolate`arn:aws:glue:${region}:${accountId}`;

/** Keeps the table of a survey consistent with its Parquet files. */
export const updateTable = lambda("UpdateTable", {
  handler: "packages/functions/src/update-table.handler",
  timeout: "2 minutes",
  memory: "256 MB",
  link: [...link, catalog],
  permissions: [
    { actions: ["states:DescribeExecution"], resources: [executions] },
    { actions: ["s3:ListBucket"], resources: [silver.arn] },
    {
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resources: [$interpolate`${silver.arn}/${surveysPrefix}*`],
    },
    {
      actions: ["glue:GetTable", "glue:CreateTable", "glue:UpdateTable"],
      // Glue checks the catalog and the database of a table, too.
      resources: [
        $interpolate`${glue}:catalog`,
        $interpolate`${glue}:database/${name}`,
        $interpolate`${glue}:table/${name}/*`,
      ],
    },
    { actions: ["sqs:SendMessage"], resources: [undelivered.arn] },
  ],
});
