/** Whether the source still has a file that it does not list. */
import { SourceAnswerRefused } from "../errors.ts";
import { ask, combinedHeader, drain, header, type SourceClient } from "../source/http.ts";
import type { Presence } from "./decide.ts";

/**
 * Asks the source for a file that is missing from its listing. The file either was removed or is listed under a
 * name that differs only in case, which a Windows server treats as the same name. Sends a GET request, as a
 * download does, but for one byte only, because some servers treat HEAD differently. Throws whatever `ask` throws,
 * and SourceAnswerRefused for a 404 or 410 at the end of a redirect, which says nothing about the file.
 */
export async function askForUnlisted(source: SourceClient, address: URL): Promise<Presence> {
  const answer = await ask(source, address, {
    headers: { range: "bytes=0-0" },
    accept: [200, 206, 404, 410, 416],
  });
  await drain(answer);
  const { statusCode, url } = answer;
  if (statusCode !== 404 && statusCode !== 410) {
    // Some servers return a page with status 200 for a missing file.
    const isPage = /^(text\/html|application\/xhtml)\b/i.test(combinedHeader(answer, "content-type") ?? "");
    if (isPage && !/\.x?html?$/i.test(address.pathname)) return { page: true };
    const length =
      statusCode === 200
        ? header(answer, "content-length")
        : /^bytes .*\/(\d+)$/.exec(header(answer, "content-range") ?? "")?.[1];
    const size = Number(length ?? Number.NaN);
    const modified = new Date(header(answer, "last-modified") ?? Number.NaN);
    return Number.isNaN(size + modified.getTime()) ? {} : { found: { size, modified } };
  }
  if (url.href === address.href) return { gone: statusCode };
  throw new SourceAnswerRefused(
    `${address} redirects to ${url}, which returns ${statusCode}: it is unknown whether the file is gone, so it is kept`,
  );
}
