/** The attempts of a state: when, how they ended, how long the next one was waited for, and what the function printed. */
import type { Attempt, Visit } from "@data-quest/execution-history";
import { causeMessage } from "@data-quest/execution-history";
import { useEffect, useState } from "react";
import type { LogLine } from "../../api-types.ts";
import { durationText, timeOfDay, utc } from "../lib/format.ts";
import { linesOfAttempt } from "../lib/logs.ts";
import { JsonBlock } from "./json-view.tsx";
import { StatusText } from "./status.tsx";

export type AttemptsListProps = {
  visit: Visit;
  /** The attempt that the address names. */
  chosen: number | undefined;
  logs: readonly LogLine[] | undefined;
};

export function AttemptsList({ visit, chosen, logs }: AttemptsListProps) {
  if (visit.attempts.length === 0) return <p className="faint">A {visit.type} state has no attempts.</p>;
  return (
    <ol className="attempts">
      {visit.attempts.map((attempt) => (
        <AttemptItem
          key={attempt.number}
          visit={visit}
          attempt={attempt}
          open={attempt.number === (chosen ?? visit.attempts.length)}
          logs={logs}
        />
      ))}
    </ol>
  );
}

function AttemptItem({
  visit,
  attempt,
  open,
  logs,
}: {
  visit: Visit;
  attempt: Attempt;
  open: boolean;
  logs: readonly LogLine[] | undefined;
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
          <Log attempt={attempt} logs={logs} />
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

function Log({ attempt, logs }: { attempt: Attempt; logs: readonly LogLine[] | undefined }) {
  const [lines, setLines] = useState<readonly LogLine[]>();
  const { endedAt } = attempt;
  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt that ends may have printed more.
  useEffect(() => {
    let current = true;
    if (logs !== undefined) linesOfAttempt(attempt, logs).then((found) => current && setLines(found));
    return () => {
      current = false;
    };
  }, [attempt, logs, endedAt]);
  if (lines === undefined || lines.length === 0)
    return <p className="faint">{logs === undefined ? "" : "No log lines of this attempt are kept here."}</p>;
  return (
    <section aria-label={`Log of attempt ${attempt.number}`}>
      <pre className="log json-text">
        {lines.map(({ time, line }) => `${timeOfDay(time)}  ${line}`).join("\n")}
      </pre>
    </section>
  );
}
