/**
 * A page that redirects to a URL of the console immediately. The URL is not sent to other sites as a
 * referrer.
 */
export function redirectPage(address: string): string {
  const escaped = address.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<title>Data Quest console</title>
<meta http-equiv="refresh" content="0; url=${escaped}">
<p><a href="${escaped}">Open the console</a></p>
</html>
`;
}
