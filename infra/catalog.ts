/**
 * The database through which Athena reads Silver. The tables of the surveys depend on Silver's files, so a
 * function maintains them, not the stack. The population's columns never change, so its table is in the stack.
 */
import {
  parquetFormat,
  populationTable,
  silverPopulationPrefix,
  surveysPrefix,
} from "@data-quest/core/constants";
import { link } from "./functions.ts";
import { lambda } from "./lambda.ts";
import { undelivered } from "./queues.ts";
import { accountId, region } from "./stage.ts";
import { silver } from "./storage.ts";
import { executions } from "./workflow.ts";

/** Has no hyphens, which SQL would read as minus signs, and no capital letters, which Glue does not preserve. */
export const databaseName = `${$app.name}_${$app.stage}`.replaceAll("-", "_").toLowerCase();

const database = new aws.glue.CatalogDatabase("Catalog", {
  name: databaseName,
  description: "BLS surveys and the population, as Pipeline keeps them in Silver",
});

new aws.glue.CatalogTable("PopulationTable", {
  databaseName: database.name,
  name: populationTable,
  description: "The yearly population of the United States",
  tableType: "EXTERNAL_TABLE",
  parameters: { EXTERNAL: "TRUE", classification: "parquet" },
  storageDescriptor: {
    location: $interpolate`s3://${silver.name}/${silverPopulationPrefix}`,
    columns: [
      { name: "year", type: "int" },
      { name: "population", type: "decimal(18,0)" },
    ],
    inputFormat: parquetFormat.inputFormat,
    outputFormat: parquetFormat.outputFormat,
    serDeInfo: { serializationLibrary: parquetFormat.serializationLibrary },
  },
});

const catalog = new sst.Linkable("Catalog", { properties: { database: database.name } });
export const glue = $interpolate`arn:aws:glue:${region}:${accountId}`;

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
      // Glue also checks the permissions for a table's catalog and database.
      resources: [
        $interpolate`${glue}:catalog`,
        $interpolate`${glue}:database/${databaseName}`,
        $interpolate`${glue}:table/${databaseName}/*`,
      ],
    },
    { actions: ["sqs:SendMessage"], resources: [undelivered.arn] },
  ],
});
