/** A page that leads to an address of the console at once. The address goes to no other site as a referrer. */
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
