/**
 * Access control for a console: each start creates a token, which every request needs. The browser receives
 * the token in the sign-in link and then keeps it in a cookie.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export type Session = {
  /** The URL with the token that signs a browser in and redirects to `path`. */
  signIn: (path: string) => string;
  /** The path to redirect to, if `url` is a sign-in URL with the token. The response then sets the cookie. */
  accept: (url: URL, response: ServerResponse) => string | undefined;
  /** Whether the request has the cookie. */
  has: (request: IncomingMessage) => boolean;
};

/** The only path whose URLs contain the token. */
const SIGN_IN = "/sign-in";

/** Matches the sign-in URLs, which any page may link to. Without the token, such a URL does nothing. */
export const signInAddress = /^\/sign-in\?/;

/**
 * A session with a new token. `name` is the cookie's name. It contains the port, because browsers send a
 * host's cookies to every port of the host.
 */
export function createSession(name: string): Session {
  const token = randomBytes(32).toString("base64url");
  return {
    signIn: (path) => {
      const { pathname, search, hash } = new URL(path, "http://console");
      // The browser keeps the fragment when it follows the redirect.
      return `${SIGN_IN}?${new URLSearchParams({ token, to: `${pathname}${search}` })}${hash}`;
    },
    accept: (url, response) => {
      const given = url.pathname === SIGN_IN ? url.searchParams.get("token") : null;
      if (given === null || !isSame(given, token)) return undefined;
      response.setHeader("set-cookie", `${name}=${token}; Path=/; HttpOnly; SameSite=Strict`);
      // Redirect only to a path on this server, whatever the parameter says.
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

/** Compares two strings in constant time, whatever their lengths. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
