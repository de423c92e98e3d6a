/** A replica of the two sources, and the bundled sample. */
export { type VirtualFile, virtualContent } from "./content.ts";
export type { Fault, FaultRule } from "./faults.ts";
export { iisLine, iisPage } from "./listing.ts";
export { publishFile } from "./publish.ts";
export { sampleFiles, writeSample } from "./sample/sample.ts";
export {
  BUNDLED_POPULATION,
  type RecordedRequest,
  type Replica,
  type ReplicaOptions,
  startReplica,
} from "./server.ts";
