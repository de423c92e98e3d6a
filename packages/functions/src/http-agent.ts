/**
 * The HTTP client for the sources. It is a module of its own so that it can be loaded with the first request. Importing
 * undici itself dynamically is not an option: in a split bundle, a CommonJS package has only a default export.
 */
import { Resource } from "sst";
import { Agent } from "undici";

const CONNECT_MILLISECONDS = 10_000;

export const agent = new Agent({
  connections: Resource.Sources.concurrency,
  connect: { timeout: CONNECT_MILLISECONDS },
});
