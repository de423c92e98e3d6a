import * as z from "zod";
import { ApiException } from "../exceptions.ts";

const DEFAULT_PAGE = 100;

/** One page of a list, and the token for the next one where there is more. */
export type Page<Item> = {
  items: Item[];
  nextToken?: string;
};

/**
 * Cuts a page out of a sorted list. The token names the last item of the page before by its key, so that what is added or
 * removed in between shifts nothing. `request` is what the list was asked for: a token holds for the same request only.
 */
export function pageOf<Item>(
  list: readonly Item[],
  keyOf: (item: Item) => string,
  request: object,
  { maxResults, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined },
): Page<Item> {
  const start = nextToken === undefined ? 0 : positionAfter(list, keyOf, readToken(nextToken, request));
  const end = start + pageSize(maxResults);
  const items = list.slice(start, end);
  const last = items.at(-1);
  if (last === undefined || end >= list.length) return { items };
  return { items, nextToken: writeToken(keyOf(last), request) };
}

/** How many items a page has: 0 and nothing mean 100. */
export function pageSize(maxResults: number | undefined): number {
  return maxResults === undefined || maxResults === 0 ? DEFAULT_PAGE : maxResults;
}

/** A token for what follows `key` in the list that `request` asks for. */
export function writeToken(key: string, request: object): string {
  return Buffer.from(JSON.stringify({ key, request: JSON.stringify(request) })).toString("base64url");
}

const Token = z.object({ key: z.string(), request: z.string() });

/** The key in a token. Throws InvalidToken where it is none of ours, or one of another request. */
export function readToken(token: string, request: object): string {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const parsed = Token.safeParse(value);
  if (!parsed.success || parsed.data.request !== JSON.stringify(request)) {
    throw new ApiException("InvalidToken", "Invalid Token: 'Invalid token'");
  }
  return parsed.data.key;
}

function positionAfter<Item>(list: readonly Item[], keyOf: (item: Item) => string, key: string): number {
  const exact = list.findIndex((item) => keyOf(item) === key);
  if (exact >= 0) return exact + 1;
  throw new ApiException(
    "InvalidToken",
    "Invalid Token: 'What the token points at is gone: start from the first page'",
  );
}
