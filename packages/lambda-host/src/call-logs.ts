/** What functions print, with the call that printed it. */

/** What a line belongs to: the call, and the task attempt that made the call. */
export type CallIdentity = {
  requestId: string;
  functionName: string;
  executionArn: string;
  scheduledEventId: number | undefined;
};

/** A line as it would appear in the function's log group. `time` is in milliseconds since 1970. */
export type CallLine = CallIdentity & { time: number; line: string };

export type CallLogs = {
  /**
   * Receives printed text: whole lines or parts of lines. `requestId` identifies the call, if it is known.
   */
  print: (text: string, requestId: string | undefined) => void;
  /** Starts a call. Its `end` returns what the call printed only if `keepsTail` is set. */
  begin: (identity: CallIdentity, keepsTail: boolean) => CallLog;
};

/** The log of one call. */
export type CallLog = {
  /** Adds a line from the service itself, which is in the log but was not printed by the function. */
  note: (line: string) => void;
  /** Ends the call and returns what the function printed, if that is kept. */
  end: () => string;
};

/** Passes each printed line to `log`, and lines of a running call also to `onLine`, with that call. */
export function callLogs({
  log,
  onLine,
}: {
  log: (line: string) => void;
  onLine?: (line: CallLine) => void;
}): CallLogs {
  const calls = new Map<string, { identity: CallIdentity; tail: string[] | undefined }>();
  const parts = new Map<string | undefined, string>();

  function take(line: string, requestId: string | undefined): void {
    log(line);
    const call = requestId === undefined ? undefined : calls.get(requestId);
    if (call === undefined) return;
    call.tail?.push(line);
    onLine?.({ ...call.identity, time: Date.now(), line });
  }

  return {
    print: (text, from) => {
      // A call that has timed out may go on printing.
      const requestId = from !== undefined && calls.has(from) ? from : undefined;
      const lines = `${parts.get(requestId) ?? ""}${text}`.split("\n");
      const rest = lines.pop() ?? "";
      if (rest === "") parts.delete(requestId);
      else parts.set(requestId, rest);
      for (const line of lines) take(line, requestId);
    },
    begin: (identity, keepsTail) => {
      const { requestId } = identity;
      const tail: string[] | undefined = keepsTail ? [] : undefined;
      calls.set(requestId, { identity, tail });
      return {
        note: (line) => onLine?.({ ...identity, time: Date.now(), line }),
        end: () => {
          const rest = parts.get(requestId);
          parts.delete(requestId);
          if (rest !== undefined) take(rest, requestId);
          calls.delete(requestId);
          return tail?.map((line) => `${line}\n`).join("") ?? "";
        },
      };
    },
  };
}
