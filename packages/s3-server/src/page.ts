import { compareKeys, firstAtOrAfter, firstBehindPrefix } from "./store/key-index.ts";

/** An entry of a listing: a key, or a common prefix. */
export type Line = { kind: "key"; key: string } | { kind: "prefix"; prefix: string };

export type PageQuery = {
  /** Keys, ordered by their UTF-8 bytes. */
  sorted: readonly string[];
  prefix: string;
  /** Keys are rolled up to the first delimiter after the prefix. If the delimiter is empty, keys are not rolled up. */
  delimiter: string;
  /** Only what follows this key or common prefix is listed. If empty, everything is listed. */
  after: string;
};

/**
 * Lists the keys that have the prefix and follow `after`, in order and rolled up by the delimiter, as S3 does.
 * `shown` says which keys are visible. The cost depends on what is listed, not on what is rolled up: one binary
 * search skips a whole prefix.
 */
export function* lines(query: PageQuery, shown: (key: string) => boolean): Generator<Line> {
  const { sorted, prefix, delimiter, after } = query;
  let at = firstAtOrAfter(sorted, compareKeys(after, prefix) > 0 ? after : prefix);
  while (at < sorted.length) {
    const key = sorted[at] ?? "";
    if (!key.startsWith(prefix)) return;
    const group = groupOf(key, prefix, delimiter);
    if (group !== null && after.startsWith(group)) {
      // A listing that continues within a common prefix has already listed the prefix.
      at = firstBehindPrefix(sorted, group);
    } else if (key === after || !shown(key)) {
      at++;
    } else if (group === null) {
      yield { kind: "key", key };
      at++;
    } else {
      yield { kind: "prefix", prefix: group };
      at = firstBehindPrefix(sorted, group);
    }
  }
}

/** The prefix that a key is rolled up to, or null. */
function groupOf(key: string, prefix: string, delimiter: string): string | null {
  if (delimiter === "") return null;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? null : key.slice(0, end + delimiter.length);
}

/** Takes at most `most` items and says whether there are more. */
export function takePage<T>(items: Iterable<T>, most: number): { page: T[]; truncated: boolean } {
  const page: T[] = [];
  if (most === 0) return { page, truncated: false };
  for (const item of items) {
    if (page.length === most) return { page, truncated: true };
    page.push(item);
  }
  return { page, truncated: false };
}
