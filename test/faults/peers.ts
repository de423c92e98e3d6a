/**
 * How other tools handled the same faults. Each result was recorded once, against an S3 server and a replica of the
 * BLS site with 12 files.
 */
export const PEERS = ["rclone sync 1.60", "Download script", "wget -m and aws s3 sync"] as const;
/** The day on which the facts were recorded, and the versions of the tools. */
export const PEERS_RECORDED = "2026-11-23, with rclone 1.60.1, GNU Wget 1.21.3, and AWS CLI 1.45.11";

type Facts = readonly [rclone: string, script: string, wget: string];

const LISTING_EMPTY: Facts = ["deletes all 12, exits with 0", "deletes all 12", "keeps all"];
const LISTING_HALF: Facts = ["deletes 6 or 7, exits with 0", "deletes the unlisted files", "keeps all"];
const LISTING_ERROR: Facts = ["fails", "deletes all 12", "keeps all"];
const BROKEN_BODY: Facts = [
  "fails, keeps the old file",
  "fails",
  "stores the partial file, never repairs it",
];

/** The facts for each fault, by the fault's name in the table. */
export const peersFacts: Readonly<Record<string, Facts>> = {
  "503 on every 5th request": [
    "deletes 2, exits with 0",
    "stores the error page, exits with 0",
    "leaves a stale file",
  ],
  "503 on every 2nd request": [
    "deletes 6, exits with 0",
    "stores the error page, exits with 0",
    "leaves a stale file",
  ],
  "Body cut short, every time": BROKEN_BODY,
  "Body reset, every time": BROKEN_BODY,
  "Short body with a matching Content-Length": ["stores it", "stores it", "stores it, never repairs it"],
  "HTML error page with status 200 instead of a file": ["stores it", "stores it", "stores it"],
  "One bit flipped in transit (no TLS)": [
    "stores it, never repairs it",
    "stores it",
    "stores it, never repairs it",
  ],
  "Listing empty": LISTING_EMPTY,
  "Listing of zero bytes": LISTING_EMPTY,
  "Listing is an HTML page with status 200": LISTING_EMPTY,
  "Listing cut in half, with a matching Content-Length": LISTING_HALF,
  "Listing with only half of the files": LISTING_HALF,
  "503 for the listing": LISTING_ERROR,
  "404 for the listing": LISTING_ERROR,
  "403 for the listing": LISTING_ERROR,
  "File changed, but with the same size and time": ["misses it", "finds it", "misses it"],
};
