import { html } from "hono/html";

export { html };

/** A piece of a page, every text in it escaped. */
export type Markup = ReturnType<typeof html>;
