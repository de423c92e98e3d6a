import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { createSession } from "./session.ts";

function request(cookie?: string): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  if (cookie !== undefined) message.headers.cookie = cookie;
  return message;
}

test("the link signs a browser in with a cookie for this port, and the token is removed from the URL", () => {
  const session = createSession("quest-console-7070");
  const url = new URL(session.signIn("/executions/a?view=table"), "http://127.0.0.1:7070");
  const response = new ServerResponse(request());
  expect(session.accept(url, response)).toBe("/executions/a?view=table");
  for (const to of ["//evil.example/x", "http://evil.example/", "javascript:alert(1)"]) {
    const elsewhere = new URL(session.signIn("/"), "http://127.0.0.1:7070");
    elsewhere.searchParams.set("to", to);
    expect(session.accept(elsewhere, response), to).toBe("/");
  }
  const cookie = String(response.getHeader("set-cookie"));
  expect(cookie).toMatch(/^quest-console-7070=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  const pair = cookie.split(";")[0] ?? "";
  expect(session.has(request(`other=1; ${pair}`))).toBe(true);
});

test("a request with a wrong token, another console's cookie, or no credentials is refused", () => {
  const session = createSession("quest-console-7070");
  const other = createSession("quest-console-7070");
  const response = new ServerResponse(request());
  const otherLink = new URL(other.signIn("/"), "http://127.0.0.1");
  expect(session.accept(otherLink, response)).toBeUndefined();
  expect(response.getHeader("set-cookie")).toBeUndefined();
  const token = otherLink.searchParams.get("token");
  for (const cookie of [undefined, "", "quest-console-7070=", `quest-console-7070=${token}`])
    expect(session.has(request(cookie))).toBe(false);
});

test("each start has a new token", () => {
  expect(createSession("a").signIn("/")).not.toBe(createSession("a").signIn("/"));
});
