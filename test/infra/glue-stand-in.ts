/**
 * An in-memory stand-in for the part of Glue's Data Catalog that is needed to maintain a table, with conditional
 * updates.
 */
import type { Server } from "node:http";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import * as z from "zod";

const TableInput = z.looseObject({ Name: z.string() });
const Request = z.object({
  DatabaseName: z.string(),
  Name: z.string().optional(),
  TableInput: TableInput.optional(),
  VersionId: z.string().optional(),
});

export type GlueTable = z.infer<typeof TableInput> & { VersionId: string };

/** The server, not listening yet. `onRequest` is called before each operation is performed. */
export function glueStandIn(
  tables: Map<string, GlueTable>,
  onRequest: (operation: string, authorization: string) => void,
): Server {
  return createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
    onRequest(operation, request.headers.authorization ?? "");
    const { Name, TableInput: input, VersionId } = Request.parse(await json(request));
    const fail = (type: string) => {
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: type, Message: type }));
    };
    response.setHeader("content-type", "application/x-amz-json-1.1");
    const stored = tables.get(input?.Name ?? Name ?? "");
    if (operation === "CreateTable" && input !== undefined) {
      if (stored !== undefined) return fail("AlreadyExistsException");
      tables.set(input.Name, { ...input, VersionId: "0" });
      return response.end("{}");
    }
    if (stored === undefined) return fail("EntityNotFoundException");
    if (operation === "UpdateTable" && input !== undefined) {
      if (VersionId !== stored.VersionId) return fail("VersionMismatchException");
      tables.set(input.Name, { ...input, VersionId: String(Number(stored.VersionId) + 1) });
      return response.end("{}");
    }
    if (operation === "GetTable") return response.end(JSON.stringify({ Table: stored }));
    return fail("OperationNotSupportedException");
  });
}
