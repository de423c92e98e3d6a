/**
 * Evaluates JSONata in a worker, where an endless expression can be stopped. The page sends one task and
 * waits for one result.
 */
import jsonata from "jsonata";

/** `template` is JSON in which strings of the form `{% ... %}` are expressions. */
type Task = { template: unknown; states: unknown; variables: Record<string, unknown> };
export type Answer = { value: unknown } | { error: string };

self.onmessage = async ({ data }: MessageEvent<Task>) => {
  let answer: Answer;
  try {
    answer = { value: await evaluate(data.template, data) };
  } catch (error) {
    answer = { error: messageOf(error) };
  }
  // A function in a result cannot be sent, and Step Functions could not store it either.
  self.postMessage(JSON.stringify(answer) ?? "{}");
};

async function evaluate(template: unknown, task: Task): Promise<unknown> {
  if (typeof template === "string") {
    const match = /^\{%([\s\S]*)%\}$/.exec(template.trim());
    return match ? evaluateText(match[1] ?? "", task) : template;
  }
  if (Array.isArray(template)) return Promise.all(template.map((item) => evaluate(item, task)));
  if (typeof template !== "object" || template === null) return template;
  const entries: [string, unknown][] = [];
  for (const [name, item] of Object.entries(template)) entries.push([name, await evaluate(item, task)]);
  return Object.fromEntries(entries);
}

async function evaluateText(text: string, { states, variables }: Task): Promise<unknown> {
  const expression = jsonata(text);
  // What Step Functions adds to JSONata.
  expression.registerFunction("uuid", () => crypto.randomUUID(), "<:s>");
  expression.registerFunction(
    "parse",
    (json: string | undefined) => (json === undefined ? undefined : JSON.parse(json)),
    "<s:x>",
  );
  expression.registerFunction("partition", partition, "<an:a>");
  expression.registerFunction("range", range, "<nnn:x>");
  expression.registerFunction("hash", hash, "<ss:s>");
  const result: unknown = await expression.evaluate(undefined, { ...variables, states, eval: undefined });
  if (result === undefined) throw new Error("The expression returned nothing (undefined).");
  return result;
}

function partition(array: unknown[] | undefined, size: number | undefined): unknown[][] | undefined {
  if (array === undefined || size === undefined) return undefined;
  if (!Number.isInteger(size) || size < 1)
    throw new Error("The size of $partition must be a positive integer");
  return Array.from({ length: Math.ceil(array.length / size) }, (_, index) =>
    array.slice(index * size, (index + 1) * size),
  );
}

function range(first?: number, last?: number, step?: number): number | number[] | undefined {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  if (step === 0) throw new Error("The step of $range must not be zero");
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > 900_000) throw new Error("$range returns too many numbers");
  const numbers = Array.from({ length }, (_, index) => first + index * step);
  return numbers.length > 1 ? numbers : numbers[0];
}

async function hash(text?: string, algorithm?: string): Promise<string | undefined> {
  if (text === undefined || algorithm === undefined) return undefined;
  if (algorithm === "MD5") throw new Error("MD5 cannot be computed in the browser");
  const digest = await crypto.subtle.digest(algorithm, new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function messageOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const code = "code" in error ? `${String(error.code)}: ` : "";
  return `${code}${"message" in error ? String(error.message) : "The expression failed."}`;
}
