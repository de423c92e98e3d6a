/** The pages of documentation, and what they mention. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export type Page = { path: string; text: string };

/** All Markdown pages of the repository. */
export function readPages(): Page[] {
  return execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\n")
    .filter((path) => path !== "")
    .map((path) => ({ path, text: readFileSync(`${root}/${path}`, "utf8") }));
}

/** The targets of a page's links and images that point into the repository: a path, an anchor, or both. */
export function localLinks({ text }: Page): string[] {
  const withoutCode = text.replaceAll(/^```.*?^```$/gms, "").replaceAll(/`[^`\n]*`/g, "");
  return [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors({ text }: Page): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The pieces of code on a page: fenced blocks line by line, and inline code. */
export function codeLines({ text }: Page): string[] {
  return [
    ...[...text.matchAll(/^```.*?\n(.*?)^```$/gms)].flatMap((match) => (match[1] ?? "").split("\n")),
    ...[...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? ""),
  ];
}

/** The fenced blocks that are marked `runnable`. */
export function runnableBlocks({ text }: Page): string[] {
  return [...text.matchAll(/^```sh runnable\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
}
