import { S3Error } from "./errors.ts";

/** The longest accepted line of a chunk header or trailer. Signatures and checksums are far shorter. */
const MOST_LINE_BYTES = 4096;

/**
 * Decodes a body in `aws-chunked` encoding. The body has chunks
 * (`<size in hex>[;chunk-signature=...]CRLF <bytes> CRLF`), then a chunk of size 0, and then trailers
 * (`name:value`). The trailers go into `trailers` under their lowercase names. Throws S3Error IncompleteBody
 * if the body ends early or is not encoded like this.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  let state: "head" | "bytes" | "bytesEnd" | "trailer" | "end" = "head";
  let line = "";
  let left = 0;
  for await (const chunk of source) {
    let at = 0;
    while (at < chunk.length) {
      if (state === "bytes") {
        // The bytes of a chunk are passed on as a view of the received buffer, without a copy.
        const bytes = chunk.subarray(at, at + left);
        at += bytes.length;
        left -= bytes.length;
        if (left === 0) state = "bytesEnd";
        yield bytes;
        continue;
      }
      const feed = chunk.indexOf(10, at);
      const stop = feed === -1 ? chunk.length : feed + 1;
      line += chunk.toString("latin1", at, stop);
      at = stop;
      if (line.length > MOST_LINE_BYTES) throw badFraming("a line is too long");
      if (feed === -1) continue;
      if (!line.endsWith("\r\n")) throw badFraming("a line does not end in CRLF");
      const text = line.slice(0, -2);
      line = "";
      if (state === "end") throw badFraming("data follows its end");
      if (state === "bytesEnd") {
        if (text !== "") throw badFraming("a chunk is longer than its stated size");
        state = "head";
      } else if (state === "head") {
        left = chunkSize(text);
        state = left === 0 ? "trailer" : "bytes";
      } else if (text === "") {
        state = "end";
      } else {
        const colon = text.indexOf(":");
        if (colon === -1) throw badFraming("a trailer has no colon");
        trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim());
      }
    }
  }
  // Some clients leave out the empty line after the last chunk or the trailers.
  if (state !== "end" && !(state === "trailer" && line === "")) throw badFraming("it ends early");
}

function chunkSize(head: string): number {
  const size = /^[0-9a-f]{1,12}(?=;|$)/i.exec(head);
  if (size === null) throw badFraming("a chunk has no size");
  return Number.parseInt(size[0], 16);
}

function badFraming(why: string): S3Error {
  return new S3Error("IncompleteBody", { message: `The body is not valid aws-chunked: ${why}` });
}
