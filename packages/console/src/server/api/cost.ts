/** What an execution costs on AWS, estimated from its history. */
import { timelineReader } from "@data-quest/execution-history";
import type { ConsoleContext } from "../context.ts";
import { type Route, sendJson } from "../http.ts";
import { historyPages } from "./history.ts";

export function costRoutes({ services, estimateCost }: ConsoleContext): Route[] {
  return [
    {
      method: "GET",
      path: /^\/api\/executions\/([^/]+)\/cost$/,
      answer: async ({ response, parts: [arn = ""] }) => {
        const { timeline, add } = timelineReader();
        for await (const page of historyPages(await services.get(), arn, false))
          for (const event of page) add(event);
        sendJson(response, estimateCost(timeline));
      },
    },
  ];
}
