/** The faults as a table in Markdown, from what was seen. */
import type { FaultCase, Seen } from "./fault.ts";
import { PEERS, peersFacts } from "./peers.ts";

export type Row = { fault: FaultCase; seen: Seen };

const COLUMNS = ["fault", ...PEERS, "Data Quest", "in Bronze then", "after the next healthy run"];

/** The table: a line for each fault. Of other tools it has what is known of them. */
export function faultTable(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(COLUMNS),
    `|${"---|".repeat(COLUMNS.length)}`,
    ...rows.map(({ fault, seen }) => {
      const peers = peersFacts[fault.fault] ?? PEERS.map(() => "");
      return line([fault.fault, ...peers, happens(fault, seen), inBronze(seen), after(seen)]);
    }),
  ].join("\n");
}

function happens({ note }: FaultCase, { retried, error }: Seen): string {
  const retries = retried.map((name) => `\`${name}\``).join(", ");
  const end =
    error === null
      ? retried.length === 0
        ? "succeeds"
        : `retries (${retries}), succeeds`
      : retried.length === 0
        ? `fails at once: \`${error}\``
        : `retries, then fails: \`${error}\``;
  return note === undefined ? end : `${end}; ${note}`;
}

function inBronze({ changedFile, repairedBy, brokenPromises }: Seen): string {
  if (brokenPromises.length > 0) return "the bytes as they came";
  if (repairedBy === "verify") return "the old bytes";
  return changedFile === "old" ? "the old version, whole" : "the new version, whole";
}

function after({ repairedBy }: Seen): string {
  return repairedBy === "verify"
    ? "the same; a run with `verify` makes it equal to the source"
    : "equal to the source";
}
