/** The short HTML pages of the site that are not files. */

function page(title: string, text: string): string {
  return (
    `<!DOCTYPE html>\r\n<html><head><title>${title}</title></head>\r\n` +
    `<body><h1>${title}</h1>\r\n<p>${text}</p>\r\n</body></html>\r\n`
  );
}

/** The page for a User-Agent without contact details, with status 403. */
export const ACCESS_DENIED = page(
  "Access Denied",
  "Programs that download from this site must include an email address or a web address in their User-Agent.",
);

/** With status 404. */
export const NOT_FOUND = page("404 - File or directory not found.", "There is nothing at this address.");

/** With status 405. */
export const METHOD_NOT_ALLOWED = page("405 - Method not allowed.", "Only GET and HEAD are allowed here.");

/** With status 500: the replica itself failed. */
export const SERVER_ERROR = page("500 - Internal server error.", "The server could not read the file.");

/** What a site shows with status 200 while it is down for maintenance: a web page where a file should be. */
export const MAINTENANCE = page(
  "Temporarily unavailable",
  "This site is being maintained. Please come back later.",
);

/** IIS's page for a folder that was requested without its trailing slash, with status 301. */
export function documentMoved(location: string): string {
  return (
    `<head><title>Document Moved</title></head>\n` +
    `<body><h1>Object Moved</h1>This document may be found <a HREF="${location}">here</a></body>`
  );
}
