/**
 * What other tools did under the same faults: facts, each found once with the versions named, on a machine with 2 cores, against an
 * imitation of the BLS site with 12 files and an S3 server.
 */
export const PEERS = ["rclone sync 1.60", "the usual script", "wget -m, aws s3 sync"] as const;

type Facts = readonly [rclone: string, script: string, wget: string];

const LISTING_EMPTY: Facts = ["deletes all 12, exit 0", "deletes all 12", "keeps"];
const LISTING_HALF: Facts = ["deletes 6 or 7, exit 0", "deletes", "keeps"];
const LISTING_ERROR: Facts = ["error", "deletes all 12", "keeps"];
const BROKEN_BODY: Facts = ["error, old kept", "aborts", "stores the part, never repaired"];

/** By the row of the table; the script downloads whole, compares MD5 and puts. */
export const peersFacts: Readonly<Record<string, Facts>> = {
  "503 on every 5th request": ["deletes 2, exit 0", "stores the error page, exit 0", "leaves a stale file"],
  "503 on every 2nd request": ["deletes 6, exit 0", "stores the error page, exit 0", "leaves a stale file"],
  "Body cut short, every time": BROKEN_BODY,
  "Body reset, every time": BROKEN_BODY,
  "Short body, honest-looking length on HEAD and GET": ["silent", "silent", "silent, for good"],
  "An HTML error page with status 200 in place of a file": ["silent", "silent", "silent"],
  "One bit flipped on the way (no TLS)": ["silent, for good", "silent", "silent, for good"],
  "Listing empty": LISTING_EMPTY,
  "Listing of zero bytes": LISTING_EMPTY,
  "Listing is an HTML page with status 200": LISTING_EMPTY,
  "Listing cut in half, as if it were whole": LISTING_HALF,
  "Listing cut in half, tidily": LISTING_HALF,
  "Listing 503": LISTING_ERROR,
  "Listing 404": LISTING_ERROR,
  "Listing 403": LISTING_ERROR,
  "A file changed with its size and time unchanged": ["missed", "found", "missed"],
};
