/**
 * The barrier between a server on the loopback interface and web pages. Every page in a browser on this
 * machine can send requests to 127.0.0.1, so each request is checked for signs that a page from another
 * site sent it.
 */
import type { IncomingMessage } from "node:http";

/** Why the barrier refuses a request: the status of the response, and a message that states the reason. */
export type Refusal = { status: 400 | 403; message: string };

export type BarrierOptions = {
  /**
   * Admits links from pages on other ports of this machine: to a browser, all ports of a host are one site.
   * Only a server that never writes may set this. The barrier then lets through only navigations of a window or a
   * frame. The server itself must restrict framing, with `frame-ancestors` in its responses.
   */
  linkedFromSameSite?: boolean;
  /**
   * Admits links from any page or file to the request targets that this pattern matches. A request to such a
   * target must have no effect unless the target contains a secret.
   */
  linkedFromAnywhere?: RegExp;
};

/**
 * Checks a request's target and its Host, Origin, and Sec-Fetch-Site headers. Returns why it must be refused,
 * or undefined if it may pass.
 *
 * - `Host` must name the loopback interface, or a page could reach the server under the page's own host name
 *   (DNS rebinding).
 * - `Origin`, which a browser sends with every POST, every WebSocket handshake, and every CORS request, must
 *   be the server's own.
 * - `Sec-Fetch-Site` must be `same-origin`, or `none` for a URL that the user typed. Browsers send it to
 *   loopback addresses with every request, including those for images and links (W3C, Fetch Metadata Request
 *   Headers, section 2.3).
 *
 * Programs such as the AWS CLI, the SDKs, and curl send neither Origin nor Sec-Fetch-Site.
 */
export function refusalOf(
  { url = "", method, headers }: Pick<IncomingMessage, "url" | "method" | "headers">,
  { linkedFromSameSite = false, linkedFromAnywhere }: BarrierOptions = {},
): Refusal | undefined {
  const { host = "", origin } = headers;
  if (!isLoopbackHost(host))
    return refuse(`the Host header must name this machine's loopback interface, not ${shown(host)}`);
  // A target in absolute form, which includes a host, is for proxies (RFC 9112, section 3.2.2).
  if (!url.startsWith("/")) return { status: 400, message: "Refused: the request target must be a path" };
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    return refuse(`a web page from another origin (${shown(origin)}) sent this request`);
  const site = headers["sec-fetch-site"];
  const navigates = method === "GET" && headers["sec-fetch-mode"] === "navigate" && origin === undefined;
  const inWindow = navigates && headers["sec-fetch-dest"] === "document";
  const inFrame = navigates && headers["sec-fetch-dest"] === "iframe";
  if (linkedFromSameSite && site === "same-site" && (inWindow || inFrame)) return undefined;
  if (linkedFromAnywhere?.test(url) && inWindow) return undefined;
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return refuse(
      `a web page from another origin sent this request (Sec-Fetch-Site: ${shown(String(site))})`,
    );
  return undefined;
}

/** Whether a Host header names this machine's loopback interface, with or without a port. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, "").toLowerCase();
  return (
    name === "localhost" ||
    /^[a-z0-9.-]+\.localhost$/.test(name) ||
    name === "[::1]" ||
    /^127(\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){3}$/.test(name)
  );
}

function refuse(why: string): Refusal {
  return { status: 403, message: `Refused: ${why}` };
}

/** A header's value, made printable and shortened for a message. */
function shown(value: string): string {
  return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
