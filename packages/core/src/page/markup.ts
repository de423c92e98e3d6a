import { html } from "hono/html";

export { html };

/** A piece of a page with all text escaped. */
export type Markup = ReturnType<typeof html>;
