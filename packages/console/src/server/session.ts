/**
 * Access control for a console: each start creates a token, which every request needs. The sign-in link
 * carries it first, and a cookie then keeps it.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export type Session = {
  /** The URL with the token that signs a browser in and redirects to `path`. */
  signIn: (path: string) => string;
  /** The path to redirect to, if the request has that URL. The response sets the cookie. */
  accept: (url: URL, response: ServerResponse) => string | undefined;
  /** Whether the request has the cookie. */
  has: (request: IncomingMessage) => boolean;
};

/** The one path whose requests carry the token. */
const SIGN_IN = "/sign-in";

/** The URL that links on any page may point to. It does nothing without the token. */
export const signInAddress = /^\/sign-in\?/;

/**
 * A session with a new token. `name` distinguishes the cookies of servers on one host: browsers send cookies
 * to every port of a host, so the name contains the port.
 */
export function createSession(name: string): Session {
  const token = randomBytes(32).toString("base64url");
  return {
    signIn: (path) => {
      const { pathname, search, hash } = new URL(path, "http://console");
      // A redirect keeps the fragment.
      return `${SIGN_IN}?${new URLSearchParams({ token, to: `${pathname}${search}` })}${hash}`;
    },
    accept: (url, response) => {
      const given = url.pathname === SIGN_IN ? url.searchParams.get("token") : null;
      if (given === null || !isSame(given, token)) return undefined;
      response.setHeader("set-cookie", `${name}=${token}; Path=/; HttpOnly; SameSite=Strict`);
      // A path of this server, whatever the parameter says.
      const next = new URL(url.searchParams.get("to") ?? "/", url.origin);
      return next.origin === url.origin ? `${next.pathname}${next.search}` : "/";
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
