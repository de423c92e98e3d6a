/** Maps a request to its response: a file, a listing, a page, or a refusal. */
import type { IncomingMessage } from "node:http";
import { extname } from "node:path";
import { type Answer, answerTo, pageAnswer, type Resource } from "./answer.ts";
import { heldContent, openFile } from "./content.ts";
import type { Fault, Target } from "./faults.ts";
import { faultyListing, injectAnswerFault, injectRequestFault, injectResourceFault } from "./inject-fault.ts";
import { ACCESS_DENIED, documentMoved, METHOD_NOT_ALLOWED, NOT_FOUND } from "./pages.ts";
import { type Site, whereAbsent } from "./site.ts";

/** The header of synthetic files and their listings. Its value is `true`. */
const SYNTHETIC_HEADER = "X-Data-Quest-Synthetic";

export const ROOT = "/pub/time.series/";
export const POPULATION = "/population";

/** What is served: the folder, the population (a path or JSON text), and whether the files are marked as synthetic. */
export type Served = { site: Site; population: string; synthetic: boolean };

/** A response, and a function to call when it has been sent. */
export type Prepared = { answer: Answer; release: () => Promise<void> };

/** The kind of resource at a path. */
export function targetOf(path: string): Target {
  if (path === POPULATION) return "population";
  if (!path.startsWith(ROOT)) return "other";
  return path.endsWith("/") ? "listing" : "file";
}

/** Whether the User-Agent has contact details: an email address or a URL. BLS returns 403 without them. */
function hasContact(userAgent: string | undefined): boolean {
  return /[^\s@]+@[^\s@]+\.[^\s@]+|https?:\/\/[^\s/]+\.[^\s/]+/i.test(userAgent ?? "");
}

/** The response to `request` for `path`. `fault` is applied to the resource and the response. */
export async function respond(
  served: Served,
  request: IncomingMessage,
  path: string,
  fault: Fault | undefined,
): Promise<Prepared> {
  const method = request.method ?? "";
  const target = targetOf(path);
  if (method !== "GET" && method !== "HEAD")
    return prepared(pageAnswer(405, METHOD_NOT_ALLOWED, { Allow: "GET, HEAD" }));
  if (target !== "population" && !hasContact(request.headers["user-agent"]))
    return prepared(pageAnswer(403, ACCESS_DENIED));

  const found = await resourceAt(served, request, path, fault);
  if (!("content" in found)) return prepared(injectAnswerFault(fault, found));
  const resource = injectResourceFault(fault, found);
  const answer = answerTo(method, injectRequestFault(fault, request.headers), resource);
  if (served.synthetic && target !== "population") answer.headers[SYNTHETIC_HEADER] = "true";
  return { answer: injectAnswerFault(fault, answer), release: () => found.content.close() };
}

function prepared(answer: Answer): Prepared {
  return { answer, release: async () => undefined };
}

async function resourceAt(
  { site, population }: Served,
  request: IncomingMessage,
  path: string,
  fault: Fault | undefined,
): Promise<Resource | Answer> {
  if (path === POPULATION) {
    const content = /^\s*[{[]/.test(population)
      ? heldContent(population, new Date(0))
      : await openFile(population);
    return { content, contentType: "application/json", published: false };
  }
  const segments = segmentsOf(path);
  const found = segments && (await site(segments));
  if (!found) return pageAnswer(404, NOT_FOUND);
  if (found.kind === "file") {
    // A slash after a file's name means a folder, which does not exist.
    if (path.endsWith("/")) return pageAnswer(404, NOT_FOUND);
    const content = await found.open().catch(whereAbsent(undefined));
    if (!content) return pageAnswer(404, NOT_FOUND);
    return { content, contentType: contentTypeOf(found.name), published: true };
  }
  const host = request.headers.host ?? "";
  if (!path.endsWith("/")) {
    const location = `http://${host}${path}/`;
    return pageAnswer(301, documentMoved(location), { Location: location });
  }
  const html = faultyListing(fault)(host.replace(/:\d+$/, ""), decodeURIComponent(path), found.entries);
  return {
    content: heldContent(html, new Date(0)),
    contentType: "text/html; charset=UTF-8",
    published: false,
  };
}

/** The decoded path segments below ROOT. Undefined if the path is elsewhere or cannot be decoded. */
function segmentsOf(path: string): string[] | undefined {
  if (!`${path}/`.startsWith(ROOT)) return undefined;
  const below = path.slice(ROOT.length).replace(/\/$/, "");
  if (below === "") return [];
  try {
    return below.split("/").map(decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function contentTypeOf(name: string): string {
  switch (extname(name).toLowerCase()) {
    case ".htm":
    case ".html":
      return "text/html";
    case ".pdf":
      return "application/pdf";
    case ".xlsx":
      return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    case ".zip":
      return "application/x-zip-compressed";
    default:
      return "text/plain";
  }
}
