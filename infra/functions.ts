import { sources } from "./sources.ts";
import { settings } from "./stage.ts";
import { bronze, gold, silver } from "./storage.ts";

type FunctionOptions = Pick<sst.aws.FunctionArgs, "handler" | "timeout" | "memory" | "link" | "permissions">;

/** A function with a log group and a role of its own, which hold what is written here and nothing else. */
function lambda(name: string, options: FunctionOptions): sst.aws.Function {
  const logs = new aws.cloudwatch.LogGroup(`${name}Logs`, {
    name: `/aws/lambda/${$app.name}-${$app.stage}-${name}`,
    retentionInDays: settings.logRetentionDays,
  });
  return new sst.aws.Function(name, {
    ...options,
    runtime: "nodejs24.x",
    architecture: "arm64",
    logging: { logGroup: logs.name, format: "json" },
    transform: {
      function: { tracingConfig: { mode: "Active" } },
    },
  });
}

/** Reads the listing of a survey and says what is to be done. */
export const discoverFiles = lambda("DiscoverFiles", {
  handler: "packages/functions/src/discover-files.handler",
  timeout: "5 minutes",
  memory: "512 MB",
  link: [bronze, sources],
});

/** Brings one file up to date. Its time is that of the largest files at the source's pace. */
export const syncFile = lambda("SyncFile", {
  handler: "packages/functions/src/sync-file.handler",
  timeout: "15 minutes",
  memory: "1024 MB",
  link: [bronze, sources],
});

/** Brings the population of the nation up to date. */
export const fetchPopulation = lambda("FetchPopulation", {
  handler: "packages/functions/src/fetch-population.handler",
  timeout: "2 minutes",
  memory: "512 MB",
  link: [bronze, sources],
});

/** Answers the questions. Its memory gives it one whole processor (1,769 MB), which is what reading needs. */
export const analyze = lambda("Analyze", {
  handler: "packages/functions/src/analyze.handler",
  timeout: "15 minutes",
  memory: "1769 MB",
  link: [bronze, silver, gold, sources],
});
