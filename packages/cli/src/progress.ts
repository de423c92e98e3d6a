/** An execution's events as lines for a person. */
import { styleText } from "node:util";
import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { SyncResult } from "@data-quest/core/workflow";
import * as z from "zod";

type Style = Parameters<typeof styleText>[0];

/** Colours a text where the stream is a terminal that shows colours. */
export type Paint = (style: Style, text: string) => string;

/** A Paint for a stream; NO_COLOR and FORCE_COLOR are respected. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

const ACTION_STYLE = {
  created: "green",
  updated: "yellow",
  unchanged: "dim",
  removed: "red",
  held: "magenta",
} as const;

/** Turns events into lines; it remembers when states were entered, so give it every event in its order. */
export function progressLines(paint: Paint): (event: HistoryEvent) => string | undefined {
  const entered = new Map<string, number>();
  let inMap = 0;

  return (event) => {
    const time = event.timestamp?.getTime() ?? 0;
    const { stateEnteredEventDetails: entry, stateExitedEventDetails: exit } = event;
    switch (event.type) {
      case "MapIterationStarted":
        inMap++;
        return undefined;
      case "MapIterationSucceeded":
      case "MapIterationFailed":
      case "MapIterationAborted":
        inMap--;
        return undefined;
      case "ExecutionRedriven":
        inMap = 0;
        return paint("bold", "Redriven");
      case "TaskFailed": {
        const { error, cause } = event.taskFailedEventDetails ?? {};
        return failureLine(paint, error, cause);
      }
      case "TaskTimedOut": {
        const { error, cause } = event.taskTimedOutEventDetails ?? {};
        return failureLine(paint, error, cause);
      }
      default:
        break;
    }
    if (entry?.name !== undefined) {
      entered.set(entry.name, time);
      return inMap > 0 ? undefined : `${paint("cyan", "▸")} ${entry.name}`;
    }
    if (exit?.name !== undefined) {
      if (event.type === "TaskStateExited" && inMap > 0) return fileLine(paint, exit.output);
      const seconds = ((time - (entered.get(exit.name) ?? time)) / 1000).toFixed(1);
      return `${paint("green", "✓")} ${exit.name} ${paint("dim", `${seconds} s`)}`;
    }
    return undefined;
  };
}

function fileLine(paint: Paint, output: string | undefined): string | undefined {
  const result = SyncResult.safeParse(JSON.parse(output ?? "null"));
  if (!result.success) return undefined;
  const { action, key, bytes, reason } = result.data;
  const size = formatBytes(bytes).padStart(10);
  return `  ${paint(ACTION_STYLE[action], action.padEnd(9))} ${size}  ${key} ${paint("dim", reason)}`;
}

function failureLine(paint: Paint, error: string | undefined, cause: string | undefined): string {
  return `  ${paint("red", `✗ ${error ?? "failed"}`)} ${errorMessage(cause)}`;
}

const LambdaCause = z.object({ errorMessage: z.string() });

/** The message in a failure's cause: Lambda's is JSON with `errorMessage`. */
export function errorMessage(cause: string | undefined): string {
  if (cause === undefined) return "";
  try {
    const parsed = LambdaCause.safeParse(JSON.parse(cause));
    return parsed.success ? parsed.data.errorMessage : cause;
  } catch (error) {
    if (error instanceof SyntaxError) return cause;
    throw error;
  }
}

/** A number of bytes in the largest unit that fits (1 MB is 1,000,000 bytes). */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
