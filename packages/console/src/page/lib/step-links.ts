/** The links of a step: to its file version, to its report, and to the executions that it started. */
import type { Visit } from "@data-quest/execution-history";
import { member, parseJson, textMember } from "./json.ts";

export type StepLink = { text: string; to: string };

/** The pages of the console that a visit to a state links to. */
export function stepLinks({ output, attempts }: Visit): StepLink[] {
  const result = parseJson(output);
  return [...fileLink(result), ...reportLink(result), ...attempts.flatMap(childLink)];
}

function fileLink(result: unknown): StepLink[] {
  const key = textMember(result, "key");
  const versionId = textMember(result, "versionId");
  if (key === undefined || versionId === undefined) return [];
  const name = key.split("/").at(-1) ?? key;
  return [
    {
      text: `${name}, version ${versionId.slice(0, 12)}`,
      to: `/files/${key}?version=${encodeURIComponent(versionId)}`,
    },
  ];
}

/** Links to the report in an output. If an execution changed nothing, its output contains an earlier report. */
export function reportLink(result: unknown): StepLink[] {
  const keys = member(result, "report", "keys");
  for (const key of Array.isArray(keys) ? keys : []) {
    const [, survey, execution] = /^reports\/([^/]+)\/([^/]+)\/report\.json$/.exec(String(key)) ?? [];
    if (survey !== undefined && execution !== undefined && execution !== "latest")
      return [{ text: `Report of ${execution}`, to: `/reports/${survey}/${encodeURIComponent(execution)}` }];
  }
  return [];
}

/** A task that starts an execution and waits for it receives that execution's ARN immediately. */
function childLink(
  { submitted, output, resourceType, number }: Visit["attempts"][number],
  _: number,
  all: Visit["attempts"],
): StepLink[] {
  const arn =
    resourceType === "states"
      ? (textMember(parseJson(submitted), "ExecutionArn") ?? textMember(parseJson(output), "ExecutionArn"))
      : undefined;
  if (arn === undefined) return [];
  const of = all.length > 1 ? ` (attempt ${number})` : "";
  return [{ text: `Execution ${arn.split(":").at(-1)}${of}`, to: executionPath(arn) }];
}

/** The URL of an execution's step for a file. With `attempts`, it shows what the step's attempts printed. */
export function stepAbout(executionArn: string, key: string, about?: "attempts"): string {
  const parameters = new URLSearchParams({
    view: "files",
    step: `file:${key}`,
    ...(about === undefined ? {} : { about }),
  });
  return `${executionPath(executionArn)}?${parameters}`;
}

export function executionPath(arn: string): string {
  return `/executions/${encodeURIComponent(arn)}`;
}
