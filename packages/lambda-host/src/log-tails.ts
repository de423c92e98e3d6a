import { setImmediate as turn } from "node:timers/promises";

/** What functions print, kept for the calls that ask for it. */
export type LogTails = {
  /** Takes each line. */
  log: (line: string) => void;
  /** Begins to keep lines; the function that it returns ends that and gives them. */
  begin: () => () => Promise<string>;
};

/**
 * Passes lines on to `log`. A line does not say which call printed it, so a call gets all lines that were printed while it
 * ran: its own, and those of concurrent calls.
 */
export function logTails(log: (line: string) => void): LogTails {
  const tails = new Set<string[]>();
  return {
    log: (line) => {
      for (const lines of tails) lines.push(line);
      log(line);
    },
    begin: () => {
      const lines: string[] = [];
      tails.add(lines);
      return async () => {
        // The last lines may arrive just after the answer.
        await turn();
        tails.delete(lines);
        return lines.map((line) => `${line}\n`).join("");
      };
    },
  };
}
