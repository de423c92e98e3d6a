/** docs/faults.md, generated from the observations. */
import { errorTable } from "./error-facts.ts";
import { PEERS_RECORDED } from "./peers.ts";
import { faultTable, type Row } from "./table.ts";

export const FAULTS_PAGE = new URL("../../docs/faults.md", import.meta.url);

/** The whole page. `day` is the day of the run (YYYY-MM-DD). */
export function faultsPage(rows: readonly Row[], day: string): string {
  return `# Faults

\`npm run faults\` injects every fault below into a run and writes this page. Last run: ${day}, ${rows.length} faults.

Each run starts with a mirror that is up to date and a source where one file changed, one is new, and one is gone. The tables show
how the run ends, what the fault stops, which version of the changed file is in Bronze afterward, and what the next run
without the fault does.

## Faults of the source

The columns for other tools were recorded on ${PEERS_RECORDED}, against the same replica of the BLS site
with 12 files. An empty cell means that the fault was not tried with that tool. The download script downloads each file
completely, compares MD5 hashes, and uploads it.

${faultTable("source", rows)}

## Faults of S3

${faultTable("S3", rows)}

## What an error stops

- **Transient errors are retried** with exponential backoff and jitter. \`SourceBusy\` is retried after 1, 2, 4, 8, and 15
  minutes.
- **An error in one file stops only that file.** SyncFiles records it (RecordFailure) and continues with the other files.
  FetchPopulation, Settle, and Analyze follow. Analyze reads the last good version of the failed file, and the report
  names the file. Then SyncFailedFiles syncs the failed files again, without a Catch. If a file fails again, the step
  fails with the file's error: the step is red, the execution fails, and the failure email is sent. A redrive starts at
  SyncFailedFiles and analyzes again.
- **If the analysis needs a failed file that has no stored version,** Analyze postpones the analysis, and its output says
  so.
- **Every other error stops the run at once.** In an inline Map, the iterations that are still running are aborted. A
  redrive re-runs the iterations that failed, were aborted, or never started.
- **If a file takes longer than the function's 15 minutes,** the error is \`Sandbox.Timedout\` (or \`States.Timeout\` if the
  task times out first). This error is retried, and then stops only that file. If the source sends nothing for a minute,
  the error is \`SourceUnavailable\` instead, which stops the run. In every other step, running out of time stops the run.

${errorTable()}

In SyncFiles, \`SourceAnswerRefused\` stops only the file. In DiscoverFiles and FetchPopulation, it stops the run. After
an error that a redrive cannot fix, start a new run with the change that the message describes.
`;
}
