/**
 * Access control for a console: a request needs the token of this start, which the first link carries and a
 * cookie then keeps.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export type Session = {
  /** A path with the token, for the link that opens the console. */
  signIn: (path: string) => string;
  /** The path to redirect to, if the request's address has the token. The response sets the cookie. */
  accept: (url: URL, response: ServerResponse) => string | undefined;
  /** Whether the request has the cookie. */
  has: (request: IncomingMessage) => boolean;
};

/** The parameter with the token in the first link. */
const PARAMETER = "token";

/**
 * A session with a new token. `name` distinguishes the cookies of servers on one host: browsers send cookies
 * to every port of a host, so the name contains the port.
 */
export function createSession(name: string): Session {
  const token = randomBytes(32).toString("base64url");
  return {
    signIn: (path) => {
      const url = new URL(path, "http://console");
      url.searchParams.set(PARAMETER, token);
      return `${url.pathname}${url.search}${url.hash}`;
    },
    accept: (url, response) => {
      const given = url.searchParams.get(PARAMETER);
      if (given === null || !isSame(given, token)) return undefined;
      response.setHeader("set-cookie", `${name}=${token}; Path=/; HttpOnly; SameSite=Strict`);
      url.searchParams.delete(PARAMETER);
      return `${url.pathname}${url.search}`;
    },
    has: ({ headers }) =>
      (headers.cookie ?? "").split(/;\s*/).some((pair) => {
        const at = pair.indexOf("=");
        return pair.slice(0, at) === name && isSame(pair.slice(at + 1), token);
      }),
  };
}

/** Compares in constant time, whatever the lengths. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
