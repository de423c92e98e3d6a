/** Reads untrusted JSON. */

/** The value of JSON text. Undefined if the text is not JSON. */
export function parseJson(text: string | null | undefined): unknown {
  if (text === null || text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The member of a value at a path of names and indexes. Undefined if the member does not exist. */
export function member(value: unknown, ...names: readonly (string | number)[]): unknown {
  let at = value;
  for (const name of names) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = Reflect.get(at, name);
  }
  return at;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textMember(value: unknown, ...names: readonly (string | number)[]): string | undefined {
  const found = member(value, ...names);
  return typeof found === "string" ? found : undefined;
}

export function numberMember(value: unknown, ...names: readonly (string | number)[]): number | undefined {
  const found = member(value, ...names);
  return typeof found === "number" ? found : undefined;
}
