/**
 * The script of another site's page: what a page can try against `urls`. Each attack returns how its requests
 * ended.
 */
const outcomeOf = (promise) =>
  promise.then(
    (answer) => `${answer.type} ${answer.status}`,
    () => "error",
  );

const attributes = (tag, values) => Object.assign(document.createElement(tag), values);

globalThis.attacks = {
  /** Requests that a browser sends without a preflight. */
  async simple(method, body, urls) {
    const outcomes = [];
    for (const mode of ["no-cors", "cors"])
      for (const url of urls)
        for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
          const sent = method === "POST" ? { body, headers: { "content-type": type } } : {};
          outcomes.push(await outcomeOf(fetch(url, { method, mode, ...sent })));
        }
    return outcomes;
  },

  /** Requests for which a browser sends a preflight first. */
  async withPreflight(method, body, urls) {
    const headers = {
      "x-amz-target": "AWSStepFunctions.StartExecution",
      "content-type": "application/x-amz-json-1.0",
    };
    return Promise.all(urls.map((url) => outcomeOf(fetch(url, { method, headers, body }))));
  },

  post(body, urls) {
    for (const url of urls)
      for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
        const frame = attributes("iframe", { name: `frame-${Math.random()}` });
        const form = attributes("form", { action: url, enctype, method: "post", target: frame.name });
        form.append(attributes("textarea", { name: "<Delete>", value: body }));
        document.body.append(frame, form);
        form.submit();
        navigator.sendBeacon(url, body);
        fetch(url, { method: "POST", mode: "no-cors", body, keepalive: true }).catch(() => undefined);
      }
  },

  async embed(urls) {
    const load = (element) =>
      new Promise((resolve) => {
        element.onload = () => resolve("loaded");
        element.onerror = () => resolve("error");
        document.body.append(element);
      });
    const outcomes = [];
    for (const url of urls) {
      outcomes.push(load(attributes("img", { src: url })));
      outcomes.push(load(attributes("script", { src: url })));
      outcomes.push(load(attributes("link", { rel: "stylesheet", href: url })));
      const events = new EventSource(url);
      events.onerror = () => events.close();
      document.body.append(attributes("iframe", { src: url }), attributes("object", { data: url }));
    }
    return Promise.all(outcomes);
  },

  async connect(urls) {
    const opened = (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url.replace("http:", "ws:"));
        socket.onopen = () => resolve("open");
        socket.onerror = () => resolve("error");
      });
    return Promise.all(urls.map(opened));
  },

  link(url) {
    const link = attributes("a", { href: url, textContent: "link" });
    document.body.append(link);
    link.click();
  },
};
