/** Finds the lines that a function printed in an attempt. */
import type { Attempt } from "@data-quest/execution-history";
import type { LogLine } from "../../api-types.ts";
import { parseJson, textMember } from "./json.ts";

/** The log lines of an attempt: the lines with the ID of the event that scheduled it. */
export function linesOfAttempt({ scheduledEventId }: Attempt, log: readonly LogLine[]): LogLine[] {
  return scheduledEventId === undefined
    ? []
    : log.filter((line) => line.scheduledEventId === scheduledEventId);
}

/**
 * The CloudWatch page shows the log lines from the time of the attempt. This margin includes lines whose
 * CloudWatch times are slightly off.
 */
const MARGIN_MILLISECONDS = 5000;

/**
 * The CloudWatch page with what the function printed during an attempt. Undefined for anything but a function
 * on AWS.
 */
export function cloudWatchLink(attempt: Attempt): string | undefined {
  const { parameters, resource, startedAt, scheduledAt, endedAt } = attempt;
  const named = textMember(parseJson(parameters), "FunctionName") ?? resource ?? "";
  const [, partition = "", region, account, name] =
    /^arn:(aws[\w-]*):lambda:([\w-]+):(\d{12}):function:([\w-]+)/.exec(named) ?? [];
  const from = startedAt ?? scheduledAt;
  // An account ID of all zeros means that the function is local.
  if (region === undefined || name === undefined || from === undefined || Number(account) === 0)
    return undefined;
  const times = [
    `start=${from - MARGIN_MILLISECONDS}`,
    ...(endedAt === undefined ? [] : [`end=${endedAt + MARGIN_MILLISECONDS}`]),
  ].join("&");
  const place = `log-groups/log-group/${twice(`/aws/lambda/${name}`)}/log-events${dollars(`?${times}`)}`;
  return `https://${region}.${CONSOLES[partition] ?? CONSOLES.aws}/cloudwatch/home?region=${region}#logsV2:${place}`;
}

const CONSOLES: Record<string, string> = {
  aws: "console.aws.amazon.com",
  "aws-cn": "console.amazonaws.cn",
  "aws-us-gov": "console.amazonaws-us-gov.com",
};

/** The CloudWatch console expects its fragment encoded twice, with dollar signs instead of percent signs. */
function twice(text: string): string {
  return dollars(encodeURIComponent(text));
}

function dollars(text: string): string {
  return encodeURIComponent(text).replaceAll("%", "$");
}
