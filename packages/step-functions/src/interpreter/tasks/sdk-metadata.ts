import type { JsonObject } from "../../json.ts";

/** What an optimized integration adds to the answer of the API that it called. */
export function sdkMetadata(headers: Record<string, string>, requestId: string): JsonObject {
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
}
