/** The environment variables of a deployed function (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). */
import { LOG_STREAM_NAME, logGroupName } from "./call.ts";
import type { FunctionSettings } from "./host.ts";

const RESOURCE = "SST_RESOURCE_";

/**
 * In this order: the service's variables, the function's own variables, and the host's variables for all
 * functions. Only linked resources are included, so that a missing link also fails locally.
 */
export function functionVariables(function_: {
  functionName: string;
  settings: FunctionSettings;
  taskRoot: string;
  handler: string;
  environment: Record<string, string>;
}): Record<string, string> {
  const { functionName, settings, taskRoot, handler, environment } = function_;
  const { links } = settings;
  const given = Object.entries(environment).filter(([name]) => {
    const resource = name.startsWith(RESOURCE) ? name.slice(RESOURCE.length) : "App";
    return links === undefined || resource === "App" || Object.hasOwn(links, resource);
  });
  return {
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMB),
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName(functionName),
    AWS_LAMBDA_LOG_STREAM_NAME: LOG_STREAM_NAME,
    AWS_REGION: "us-east-1",
    // The SDK must not find the settings of the local user.
    HOME: taskRoot,
    LAMBDA_TASK_ROOT: taskRoot,
    LANG: "en_US.UTF-8",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    TZ: "UTC",
    _HANDLER: handler,
    ...settings.environment,
    ...Object.fromEntries(given),
  };
}
