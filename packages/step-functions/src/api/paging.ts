import * as z from "zod";
import { ApiException } from "../exceptions.ts";

const DEFAULT_PAGE = 100;

/** One page of a list, and the token for the next page, if there is one. */
export type Page<Item> = {
  items: Item[];
  nextToken?: string;
};

/** The position of an item in its list: by date, then by name. */
export type Position = { date: number; name: string };

/** Sorts a list by date, the earliest or the latest first, and items with the same date by name. */
export function byDate<Item>(
  list: Item[],
  positionOf: (item: Item) => Position,
  first: "earliest" | "latest",
): SortedList<Item> {
  const compare = (a: Position, b: Position) =>
    (first === "earliest" ? a.date - b.date : b.date - a.date) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return { items: list.sort((a, b) => compare(positionOf(a), positionOf(b))), positionOf, compare };
}

export type SortedList<Item> = {
  items: Item[];
  positionOf: (item: Item) => Position;
  compare: (a: Position, b: Position) => number;
};

/**
 * Returns a page of a sorted list. The token contains the position of the previous page's last item. So the
 * token stays valid when that item leaves the list, for example when a listed running execution ends.
 * Items that are added or removed in between do not shift the pages. `request` describes the list: a token is
 * valid only for the same request.
 */
export function pageOf<Item>(
  { items, positionOf, compare }: SortedList<Item>,
  request: object,
  { maxResults, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined },
): Page<Item> {
  const before = nextToken === undefined ? undefined : readPosition(nextToken, request);
  const rest = before === undefined ? items : items.filter((item) => compare(positionOf(item), before) > 0);
  const page = rest.slice(0, pageSize(maxResults));
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length) return { items: page };
  return { items: page, nextToken: writeToken(positionOf(last), request) };
}

const StoredPosition = z.object({ date: z.number(), name: z.string() });

function readPosition(token: string, request: object): Position {
  return readToken(token, request, StoredPosition);
}

/** The maximum number of items on a page: 100 if the request says 0 or nothing. */
export function pageSize(maxResults: number | undefined): number {
  return maxResults === undefined || maxResults === 0 ? DEFAULT_PAGE : maxResults;
}

/** A token for the page after `position` in the list that `request` describes. */
export function writeToken(position: unknown, request: object): string {
  return Buffer.from(JSON.stringify({ position, request: JSON.stringify(request) })).toString("base64url");
}

const Token = z.object({ position: z.unknown(), request: z.string() });

/** The position in a token. Throws InvalidToken unless this service wrote the token for the same request. */
export function readToken<Position>(token: string, request: object, schema: z.ZodType<Position>): Position {
  const parsed = Token.safeParse(parse(Buffer.from(token, "base64url").toString("utf8")));
  const position = schema.safeParse(parsed.data?.position);
  if (parsed.data?.request === JSON.stringify(request) && position.success) return position.data;
  throw new ApiException("InvalidToken", "Invalid Token: 'Invalid token'");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
