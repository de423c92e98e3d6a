/** The export of an execution as one HTML file. */
import { type HistoryEvent, readTimeline } from "@data-quest/execution-history";
import { traceFile } from "../../trace/trace-file.ts";
import type { ConsoleContext } from "../context.ts";
import type { Route } from "../http.ts";
import { describeExecution } from "./executions.ts";
import { historyPages } from "./history.ts";

export function traceRoutes({ services, estimateCost }: ConsoleContext): Route[] {
  return [
    {
      method: "GET",
      path: /^\/api\/executions\/([^/]+)\/trace$/,
      answer: async ({ response, url, parts: [arn = ""] }) => {
        const current = await services.get();
        const description = await describeExecution(current, arn);
        const events: HistoryEvent[] = [];
        for await (const page of historyPages(current, arn, false)) events.push(...page);
        const logs = (await current.readLog?.(arn)) ?? null;
        const html = await traceFile({
          description,
          events,
          logs,
          cost: description.status === "RUNNING" ? null : estimateCost(readTimeline(events)),
          payloads: url.searchParams.get("payloads") !== "0",
        });
        response.writeHead(200, {
          "content-type": "text/html; charset=utf-8",
          // The browser saves the trace and never shows it on this origin.
          "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(description.name)}.html`,
          "cache-control": "no-store",
        });
        response.end(html);
      },
    },
  ];
}
