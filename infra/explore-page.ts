import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { explorePageKey } from "@data-quest/core/constants";
import { gold } from "./storage.ts";

/**
 * Puts the Explore page next to the reports. It is too large for a function's bundle, so the deployment
 * builds it with the Node.js that npm installed: the Node.js that runs SST may be too old to run
 * TypeScript.
 */
export function publishExplorePage(): aws.s3.BucketObjectv2 {
  const { root, work } = $cli.paths;
  const file = join(work, "explore.html");
  const node = join(root, "node_modules/node/bin/node");
  execFileSync(node, [join(root, "packages/explore/src/write-page.ts"), file]);
  return new aws.s3.BucketObjectv2("ExplorePage", {
    bucket: gold.name,
    key: explorePageKey,
    source: $asset(file),
    contentType: "text/html; charset=utf-8",
  });
}
