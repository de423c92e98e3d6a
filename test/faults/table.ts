/** The faults as Markdown tables, from the observations. */
import type { FaultCase, Seen } from "./fault.ts";
import { PEERS, peersFacts } from "./peers.ts";

export type Row = { fault: FaultCase; seen: Seen };

const OUTCOME_COLUMNS = ["Data Quest", "Stops", "In Bronze afterward", "After the next healthy run"];

/** A table in Markdown. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(columns), `|${"---|".repeat(columns.length)}`, ...rows.map(line)].join("\n");
}

/**
 * The table of one side's faults, one line for each fault. For the source, it also shows what other tools did.
 */
export function faultTable(side: FaultCase["side"], rows: readonly Row[]): string {
  const peers = side === "source" ? PEERS : [];
  return markdownTable(
    ["Fault", ...peers, ...OUTCOME_COLUMNS],
    rows
      .filter(({ fault }) => fault.side === side)
      .map(({ fault, seen }) => {
        const facts = peersFacts[fault.fault] ?? PEERS.map(() => "");
        return [
          fault.fault,
          ...(side === "source" ? facts : []),
          outcome(fault, seen),
          seen.stops,
          inBronze(seen),
          after(seen),
        ];
      }),
  );
}

function outcome({ note }: FaultCase, { retried, error }: Seen): string {
  const retries = retried.map((name) => `\`${name}\``).join(", ");
  const end =
    error === null
      ? retried.length === 0
        ? "succeeds"
        : `retries (${retries}), then succeeds`
      : retried.length === 0
        ? `fails without a retry: \`${error}\``
        : `retries, then fails: \`${error}\``;
  return note === undefined ? end : `${end}; ${note}`;
}

function inBronze({ changedFile, repairedBy, brokenPromises }: Seen): string {
  if (brokenPromises.length > 0) return "the bytes as received";
  if (repairedBy === "verify") return "the old bytes";
  return changedFile === "old" ? "the old version, complete" : "the new version, complete";
}

function after({ repairedBy }: Seen): string {
  return repairedBy === "verify"
    ? "unchanged; a run with `verify` makes Bronze equal to the source"
    : "equal to the source";
}
