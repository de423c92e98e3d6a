/** An execution of 21,000 events and 1,650 iterations, made by the local Step Functions. */
import { join } from "node:path";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { clientSettings, localEnvironment } from "@data-quest/local/client-settings";
import { stateMachineArn, stateMachineName } from "@data-quest/local/deployment/deployment";
import { listenOnLoopback } from "@data-quest/loopback-server/loopback-server";
import { makeDirectory } from "@data-quest/state-directory/make-directory";
import { createStepFunctions } from "@data-quest/step-functions";

export const LARGE_EXECUTION = "large";
const ITERATIONS = 1650;

/** Each item's task fails twice before it succeeds, so that an iteration has 13 events. */
const definition = JSON.stringify({
  QueryLanguage: "JSONata",
  StartAt: "SyncFiles",
  States: {
    SyncFiles: {
      Type: "Map",
      Items: `{% [0..${ITERATIONS - 1}].{ "item": { "path": "file." & $ } } %}`,
      MaxConcurrency: 40,
      ItemProcessor: {
        ProcessorConfig: { Mode: "INLINE" },
        StartAt: "SyncFile",
        States: {
          SyncFile: {
            Type: "Task",
            Resource: "arn:aws:states:::lambda:invoke",
            Arguments: { FunctionName: "SyncFile", Payload: "{% $states.input %}" },
            Output: "{% $states.result.Payload %}",
            Retry: [
              {
                ErrorEquals: ["SourceUnavailable"],
                IntervalSeconds: 1,
                MaxAttempts: 2,
                JitterStrategy: "FULL",
              },
            ],
            End: true,
          },
        },
      },
      Output: { files: "{% $count($states.result) %}" },
      End: true,
    },
  },
});

/** Makes the execution in `stateDir`, whose Step Functions must not be in use. Returns its number of events. */
export async function writeLargeExecution(stateDir: string): Promise<{ events: number }> {
  makeDirectory(join(stateDir, "step-functions"));
  const attempts = new Map<string, number>();
  const stepFunctions = await createStepFunctions({
    dir: join(stateDir, "step-functions"),
    invokeLambda: async (_name, payload) => {
      const attempt = (attempts.get(payload) ?? 0) + 1;
      attempts.set(payload, attempt);
      if (attempt <= 2) {
        const error = { errorType: "SourceUnavailable", errorMessage: "The source returned 503", trace: [] };
        return { functionError: "Unhandled", payload: JSON.stringify(error) };
      }
      const { path } = JSON.parse(payload).item;
      const result = {
        key: `bls/pr/${path}`,
        action: "created",
        reason: "new at the source",
        bytes: 1000,
        sha256: "0".repeat(64),
        versionId: "1",
        sourceModified: null,
      };
      return { payload: JSON.stringify(result) };
    },
    onStatusChange: () => undefined,
    random: () => 0,
  });
  const server = await listenOnLoopback(0, stepFunctions.handle);
  const client = new SFNClient({ endpoint: server.endpoint, ...clientSettings(localEnvironment()) });
  try {
    await stepFunctions.deploy({ name: stateMachineName, arn: stateMachineArn, definition });
    const { executionArn } = await client.send(
      new StartExecutionCommand({ stateMachineArn, name: LARGE_EXECUTION, input: "{}" }),
    );
    let status = "RUNNING";
    while (status === "RUNNING") {
      await new Promise((resolve) => setTimeout(resolve, 100));
      status = (await client.send(new DescribeExecutionCommand({ executionArn }))).status ?? "";
    }
    if (status !== "SUCCEEDED") throw new Error(`The large execution ended as ${status}`);
    const last = await client.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
    );
    return { events: last.events?.[0]?.id ?? 0 };
  } finally {
    client.destroy();
    await server.close();
    await stepFunctions.close();
  }
}
