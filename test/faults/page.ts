/** docs/faults.md, generated from the observations. */
import { errorTable } from "./error-facts.ts";
import { PEERS_RECORDED } from "./peers.ts";
import { faultTable, type Row } from "./table.ts";

export const FAULTS_PAGE = new URL("../../docs/faults.md", import.meta.url);

/** The whole page. `day` is the day of the run (YYYY-MM-DD). */
export function faultsPage(rows: readonly Row[], day: string): string {
  return `# Faults

\`npm run faults\` injects every fault below into a run and writes this page. Last run: ${day}, ${rows.length} faults.

Each run starts with a mirror that is up to date and a source where one file changed, one is new, and one is gone. The tables show how
the run ends, what it stops, which version of the changed file is in Bronze afterward, and what the next run without the fault
does.

## Faults of the source

The columns for other tools were recorded on ${PEERS_RECORDED}, against the same replica of the BLS site
with 12 files. An empty cell means that the fault was not tried with that tool. The download script downloads each file
completely, compares MD5, and uploads it.

${faultTable("source", rows)}

## Faults of S3

${faultTable("S3", rows)}

## What an error stops

- **Transient errors are retried** with exponential backoff and jitter; \`SourceBusy\` after 1, 2, 4, 8, and 15 minutes.
- **An error in one file stops only that file.** SyncFiles records it (RecordFailure) and continues with the other files.
  The population, the pause, and the analysis follow. Analyze reads the last good version of the failed file, and the report names
  it. Then SyncFailedFiles syncs the failed files again, without a Catch: it fails with the file's error, so the step is red,
  the execution fails, and the failure email is sent. A redrive starts at SyncFailedFiles and analyzes again.
- **If no version of a failed file is stored and the analysis needs it,** Analyze postpones the analysis, and its output says so.
- **Every other error stops the run at once.** In an inline Map, the iterations still running are aborted. A redrive re-runs the
  iterations that failed, were aborted, or never started.
- **A file that takes longer than the function's 15 minutes** ends as \`Sandbox.Timedout\` (as \`States.Timeout\` if the task times out
  first). It is retried and then stops that file only. A source that sends nothing for a minute is \`SourceUnavailable\` instead, which stops
  the run. In every other step, running out of time stops the run.

${errorTable()}

\`SourceAnswerRefused\` stops the file if it is the response for a file, and the run if it is the response for the listing. After an error that a redrive cannot
fix, start a new run with the change that the message names.
`;
}
