import type { InvokeLambda, LambdaResult } from "../lambda.ts";

/** A function's failure, in the format of Lambda's Node.js runtime. */
export function raise(errorType: string, errorMessage = "because"): LambdaResult {
  return { functionError: "Unhandled", payload: JSON.stringify({ errorType, errorMessage, trace: [] }) };
}

/** Functions whose calls stay open until the test answers them. A payload identifies a call. */
export function openCalls(): {
  invokeLambda: InvokeLambda;
  /** Resolves once a call with this payload is open. */
  called: (payload: unknown) => Promise<void>;
  answer: (payload: unknown, result: LambdaResult) => void;
  /** The payloads of calls whose caller no longer waits. */
  abandoned: string[];
} {
  const open = new Map<string, PromiseWithResolvers<LambdaResult>>();
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const abandoned: string[] = [];
  const arrival = (payload: string) => {
    const known = waiting.get(payload) ?? Promise.withResolvers<void>();
    waiting.set(payload, known);
    return known;
  };
  return {
    abandoned,
    called: (payload) => arrival(JSON.stringify(payload)).promise,
    answer: (payload, result) => open.get(JSON.stringify(payload))?.resolve(result),
    invokeLambda: (_name, payload, { signal }) => {
      const call = Promise.withResolvers<LambdaResult>();
      open.set(payload, call);
      signal.addEventListener("abort", () => abandoned.push(payload), { once: true });
      arrival(payload).resolve();
      return call.promise;
    },
  };
}
