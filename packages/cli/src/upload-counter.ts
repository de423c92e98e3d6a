/** What an execution did with the files, in one line. */
import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { PopulationResult, SyncResult } from "@data-quest/core/workflow";
import * as z from "zod";

const Synced = z.union([SyncResult, PopulationResult]);
const SYNC_STATES = ["SyncFile", "SyncFailedFile", "FetchPopulation"];

/** Counts what the steps did with each file, from an execution's events; of a file that was synced twice the last word counts. */
export function uploadCounter(): { see: (event: HistoryEvent) => void; summary: () => string } {
  const actions = new Map<string, SyncResult["action"]>();
  return {
    see: ({ type, stateExitedEventDetails: exit }) => {
      if (type !== "TaskStateExited" || !SYNC_STATES.includes(exit?.name ?? "")) return;
      // A task whose failure was caught exits with that failure.
      const synced = Synced.safeParse(JSON.parse(exit?.output ?? "null"));
      if (synced.success) actions.set(synced.data.key, synced.data.action);
    },
    summary: () => {
      const all = [...actions.values()];
      const counts = [...new Set(all)].map(
        (action) => `${all.filter((one) => one === action).length} ${action}`,
      );
      const uploaded = all.some((action) => action === "created" || action === "updated");
      return `${counts.join(", ")}${uploaded ? "" : "; nothing was uploaded"}`;
    },
  };
}
