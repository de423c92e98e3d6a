import { useMemo } from "react";
import { changesBetween, MOST_CHANGES } from "../lib/changes.ts";
import { parseJson } from "../lib/json.ts";

/** Larger payloads are not compared, because that would freeze the page. */
const MOST_CHARACTERS = 2_000_000;

/** What changed between a state's input and its output. */
export function ChangesList({ before, after }: { before: string | undefined; after: string | undefined }) {
  const changes = useMemo(
    () =>
      before === undefined || after === undefined || before.length + after.length > MOST_CHARACTERS
        ? undefined
        : changesBetween(parseJson(before), parseJson(after)),
    [before, after],
  );
  if (changes === undefined) return null;
  return (
    <details className="changes">
      <summary>
        {changes.length === 0
          ? "Equal to the input"
          : `Changes from the input (${changes.length === MOST_CHANGES ? `first ${MOST_CHANGES}` : changes.length})`}
      </summary>
      <ul>
        {changes.map(({ path, kind, before: old, after: now }) => (
          <li key={`${kind} ${path}`} className={kind}>
            <span className="mono">{path}</span> <span className="faint">{kind}</span>{" "}
            {old !== undefined && <del className="mono">{old}</del>}{" "}
            {now !== undefined && <ins className="mono">{now}</ins>}
          </li>
        ))}
      </ul>
    </details>
  );
}
