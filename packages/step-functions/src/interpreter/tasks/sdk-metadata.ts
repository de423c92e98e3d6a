import type { JsonObject } from "../../json.ts";

/** What an optimized integration adds to the response of the API that it called. */
export function sdkMetadata(
  headers: Record<string, string>,
  requestId: string,
  statusCode = 200,
): JsonObject {
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: statusCode,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
}
