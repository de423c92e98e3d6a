import {
  AlreadyExistsException,
  ConcurrentModificationException,
  CreateTableCommand,
  EntityNotFoundException,
  GetTableCommand,
  GlueClient,
  type Table,
  UpdateTableCommand,
  VersionMismatchException,
} from "@aws-sdk/client-glue";
import { DescribeExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
import { WriteConflict } from "@data-quest/core/errors";
import { surveyColumns } from "@data-quest/core/silver/survey-columns";
import { decideTable, surveyTable } from "@data-quest/core/silver/survey-table";
import type { Execution } from "@data-quest/core/workflow";
import { Resource } from "sst";
import * as z from "zod";
import { silver } from "./buckets.ts";
import { handle } from "./handler.ts";
import { surveyOf } from "./survey-of.ts";

/** EventBridge's "Step Functions Execution Status Change". Times are in milliseconds since 1970. */
const Event = z.object({
  detail: z.object({ executionArn: z.string(), name: z.string(), startDate: z.number() }),
});

const TRIES = 5;
const stepFunctions = new SFNClient({});
const glue = new GlueClient({});

/**
 * Keeps the Glue table of a survey consistent with its Parquet files, after each execution of `Pipeline`.
 * This includes executions that did not change Silver, so a missing table is restored. Throws WriteConflict
 * if other executions keep changing the table.
 */
export const handler = handle(Event, async ({ detail: { executionArn, name, startDate } }) => {
  const { input } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  const survey = surveyOf(input);
  const execution = { id: executionArn, name, startTime: new Date(startDate).toISOString() };
  for (let tries = 1; tries <= TRIES; tries++) if (await updateTable(survey, execution)) return;
  throw new WriteConflict(`The table ${survey} changed ${TRIES} times while it was being updated`);
});

/** True if the table is correct, false if another writer changed it in the meantime. */
async function updateTable(survey: string, execution: Execution): Promise<boolean> {
  const DatabaseName = Resource.Catalog.database;
  // Read the table first: if another writer changes it after this read, the update fails, so the columns are
  // never older than the table.
  const stored = await storedTable(DatabaseName, survey);
  const columns = await surveyColumns(silver, survey);
  if (columns.length === 0) return true;
  const TableInput = surveyTable(silver.name, survey, columns, execution);
  try {
    switch (decideTable(stored, TableInput)) {
      case "create":
        await glue.send(new CreateTableCommand({ DatabaseName, TableInput }));
        return true;
      case "update": {
        const VersionId = stored?.VersionId;
        await glue.send(new UpdateTableCommand({ DatabaseName, TableInput, VersionId }));
        return true;
      }
      case "leave":
        return true;
    }
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

async function storedTable(DatabaseName: string, Name: string): Promise<Table | undefined> {
  try {
    return (await glue.send(new GetTableCommand({ DatabaseName, Name }))).Table;
  } catch (error) {
    if (error instanceof EntityNotFoundException) return undefined;
    throw error;
  }
}

function isConflict(error: unknown): boolean {
  return (
    error instanceof AlreadyExistsException ||
    error instanceof ConcurrentModificationException ||
    error instanceof VersionMismatchException ||
    // The table was deleted in the meantime.
    error instanceof EntityNotFoundException
  );
}
