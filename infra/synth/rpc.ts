import { mkdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";

/**
 * A request from SST's components to bundle a function. `links` are the properties of the linked components;
 * `properties` are the function's `nodejs` options and its architecture.
 */
export type BuildRequest = {
  functionID: string;
  handler: string;
  runtime: string;
  links: Record<string, Record<string, unknown>>;
  properties: Record<string, unknown>;
};

/** Returns the folder of a function's bundle and the handler in it. */
export type BuildFunction = (request: BuildRequest) => Promise<{ handler: string; out: string }>;

/**
 * Implements the two methods that SST's components call in the process that started them. Returns the server
 * and the URL for SST_SERVER.
 */
export async function startRpc(buildFunction: BuildFunction): Promise<{ server: Server; url: string }> {
  const server = createServer(async (request, response) => {
    try {
      const { method, params } = (await json(request)) as { method: string; params: [BuildRequest] };
      response.end(JSON.stringify({ result: await answer(method, params[0], buildFunction) }));
    } catch (error) {
      response.end(JSON.stringify({ error: String(error) }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}` };
}

async function answer(method: string, request: BuildRequest, buildFunction: BuildFunction): Promise<unknown> {
  if (method === "Provider.Aws.Bootstrap")
    return {
      asset: "sst-asset-00000000",
      state: "sst-state-00000000",
      assetEcrRegistryId: "",
      assetEcrUrl: "",
    };
  if (method === "Runtime.Build") return { ...(await buildFunction(request)), errors: [], sourcemaps: [] };
  throw new Error(`SST called ${method}, which infra/synth/rpc.ts does not support`);
}

/** A build that bundles nothing: enough for the definition, and fast. */
export function emptyBuild(folder: string): BuildFunction {
  return async ({ functionID, handler }) => {
    const out = join(folder, "functions", functionID);
    await mkdir(out, { recursive: true });
    return { handler: `bundle.${handler.split(".").at(-1)}`, out };
  };
}
