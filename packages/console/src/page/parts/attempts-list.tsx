/**
 * The attempts of a state: when they ran, how they ended, how long the wait before the next one was, and what
 * the function printed.
 */
import type { Attempt, Visit } from "@data-quest/execution-history";
import { causeMessage } from "@data-quest/execution-history";
import type { LogLine } from "../../api-types.ts";
import { cloudWatchLink, linesOfAttempt } from "../lib/attempt-log.ts";
import { durationText, timeOfDay, utc } from "../lib/format.ts";
import { JsonBlock } from "./json-view.tsx";
import { StatusText } from "./status.tsx";

export type AttemptsListProps = {
  visit: Visit;
  /** The number of the attempt in the URL. */
  chosen: number | undefined;
  /** Undefined until the log is read, null if the log is not available. */
  log: readonly LogLine[] | null | undefined;
};

export function AttemptsList({ visit, chosen, log }: AttemptsListProps) {
  if (visit.attempts.length === 0) return <p className="faint">A {visit.type} state has no attempts.</p>;
  return (
    <ol className="attempts">
      {visit.attempts.map((attempt) => (
        <AttemptItem
          key={attempt.number}
          visit={visit}
          attempt={attempt}
          open={attempt.number === (chosen ?? visit.attempts.length)}
          log={log}
        />
      ))}
    </ol>
  );
}

function AttemptItem({
  visit,
  attempt,
  open,
  log,
}: {
  visit: Visit;
  attempt: Attempt;
  open: boolean;
  log: AttemptsListProps["log"];
}) {
  const { number, status, scheduledAt, startedAt, endedAt, backoff, redrive, error, cause } = attempt;
  const from = startedAt ?? scheduledAt;
  return (
    <li>
      {backoff !== undefined && backoff > 0 && number > 1 && (
        <p className="faint backoff-note">waited {durationText(backoff)}</p>
      )}
      <details open={open}>
        <summary>
          <strong>Attempt {number}</strong> <StatusText status={status} />
          {redrive > 0 && <span className="faint"> redrive {redrive}</span>}
          {from !== undefined && (
            <span className="faint" title={utc(from)}>
              {" "}
              {timeOfDay(from)}
            </span>
          )}
          {from !== undefined && endedAt !== undefined && (
            <span className="faint"> {durationText(endedAt - from)}</span>
          )}
        </summary>
        <div className="stack attempt">
          {error !== undefined && (
            <p>
              <strong>{error}</strong>: {causeMessage(cause)}
            </p>
          )}
          {cause !== undefined && (
            <JsonBlock
              label={`Cause of attempt ${number}`}
              text={cause}
              fileName={`${visit.name}-cause-${number}`}
            />
          )}
          <Log attempt={attempt} log={log} />
          {attempt.parameters !== undefined && (
            <details>
              <summary>Parameters</summary>
              <JsonBlock
                label={`Parameters of attempt ${number}`}
                text={attempt.parameters}
                fileName={`${visit.name}-parameters-${number}`}
              />
            </details>
          )}
          {attempt.output !== undefined && (
            <details>
              <summary>Result</summary>
              <JsonBlock
                label={`Result of attempt ${number}`}
                text={attempt.output}
                fileName={`${visit.name}-result-${number}`}
              />
            </details>
          )}
        </div>
      </details>
    </li>
  );
}

function Log({ attempt, log }: { attempt: Attempt; log: AttemptsListProps["log"] }) {
  if (log === undefined) return null;
  const lines = log === null ? [] : linesOfAttempt(attempt, log);
  if (lines.length > 0)
    return (
      <section aria-label={`Log of attempt ${attempt.number}`}>
        <p className="label">Log</p>
        <pre className="log json-text">
          {lines.map(({ time, line }) => `${timeOfDay(time)}  ${line}`).join("\n")}
        </pre>
      </section>
    );
  const link = log === null ? cloudWatchLink(attempt) : undefined;
  if (link === undefined) return <p className="faint">No log of this attempt is stored here.</p>;
  return (
    <p>
      <a href={link} target="_blank" rel="noopener noreferrer">
        Log of this attempt in CloudWatch
      </a>
    </p>
  );
}
