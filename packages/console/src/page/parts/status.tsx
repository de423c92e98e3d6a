import type { ReactNode } from "react";
import { Check, Cross, Running, Stopped, Warning } from "./icons.tsx";

/** A status, as one of Cloudscape's five kinds. */
export type StatusKind = "succeeded" | "failed" | "running" | "warning" | "inactive";

const KINDS: Record<string, StatusKind> = {
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  TIMED_OUT: "failed",
  ABORTED: "inactive",
  RUNNING: "running",
  PENDING_REDRIVE: "running",
  succeeded: "succeeded",
  failed: "failed",
  "timed out": "failed",
  aborted: "inactive",
  running: "running",
  scheduled: "running",
  retrying: "warning",
  caught: "warning",
  "not started": "inactive",
  created: "succeeded",
  updated: "succeeded",
  unchanged: "inactive",
  removed: "warning",
  held: "warning",
};

const LABELS: Record<string, string> = {
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  TIMED_OUT: "Timed out",
  ABORTED: "Aborted",
  RUNNING: "Running",
  PENDING_REDRIVE: "Pending redrive",
  caught: "Caught error",
};

const ICONS = { succeeded: Check, failed: Cross, running: Running, warning: Warning, inactive: Stopped };

export function statusKind(status: string): StatusKind {
  return KINDS[status] ?? "inactive";
}

export function statusLabel(status: string): string {
  return LABELS[status] ?? `${status.charAt(0).toUpperCase()}${status.slice(1)}`;
}

/** A status with its icon and color. The text alone conveys the status. */
export function StatusText({ status, children }: { status: string; children?: ReactNode }) {
  const kind = statusKind(status);
  const Icon = ICONS[kind];
  return (
    <span className={`status ${kind}`}>
      <Icon />
      <span>{children ?? statusLabel(status)}</span>
    </span>
  );
}
