/** Writes explore.html for the deployment: node write-page.ts FILE */
import { writeFileSync } from "node:fs";
import { explorePage } from "./page.ts";

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("Specify the file to write: node write-page.ts FILE");
writeFileSync(file, await explorePage());
