/** The folder that the replica serves: the current files on disk, and virtual files. */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Content, openSiteFile, type VirtualFile, virtualContent } from "./content.ts";

/** A line of a listing. `size` is null for a folder. */
export type Entry = { name: string; size: number | null; modified: Date };

/** What exists at a path. */
type Found = { kind: "folder"; entries: Entry[] } | { kind: "file"; name: string; open(): Promise<Content> };

/** Looks up a path, given as segments. Returns undefined if nothing exists there. Reads the disk each time. */
export type Site = (segments: string[]) => Promise<Found | undefined>;

/**
 * The site that consists of the folder `dir` and the `virtual` files. Paths are case-insensitive, as on the
 * Windows server that it imitates. Only folders and regular files are published. Symbolic links (which could
 * point outside `dir`), pipes, devices, and names that start with a dot are not published.
 */
export function siteOf(dir: string, virtual: VirtualFile[]): Site {
  const made = virtualTree(virtual);

  return async (segments) => {
    const path: string[] = [];
    for (const segment of segments) {
      const name = await actualName(dir, path, segment, made);
      if (name === undefined) return undefined;
      path.push(name);
      // Each level is checked, because lstat follows symbolic links in all segments except the last.
      if ((await statOf(join(dir, ...path))) === null) return undefined;
    }
    const file = made.files.get(path.join("/"));
    if (file) return { kind: "file", name: path.at(-1) ?? "", open: async () => virtualContent(file) };

    const onDisk = await statOf(join(dir, ...path));
    if (onDisk?.isFile())
      return { kind: "file", name: path.at(-1) ?? "", open: () => openSiteFile(join(dir, ...path)) };
    const madeHere = made.folders.get(path.join("/"));
    if (!onDisk && !madeHere) return undefined;
    const entries = new Map(madeHere);
    if (onDisk) for (const entry of await entriesOnDisk(join(dir, ...path))) entries.set(entry.name, entry);
    return { kind: "folder", entries: [...entries.values()].sort(byName) };
  };
}

type VirtualTree = { files: Map<string, VirtualFile>; folders: Map<string, Map<string, Entry>> };

function virtualTree(virtual: VirtualFile[]): VirtualTree {
  const files = new Map<string, VirtualFile>();
  const folders = new Map<string, Map<string, Entry>>();
  for (const file of virtual) {
    files.set(file.path, file);
    const segments = file.path.split("/");
    for (const [depth, name] of segments.entries()) {
      const parent = segments.slice(0, depth).join("/");
      const children = folders.get(parent) ?? new Map<string, Entry>();
      const size = depth === segments.length - 1 ? file.size : null;
      if (!children.has(name)) children.set(name, { name, size, modified: file.modified });
      folders.set(parent, children);
    }
  }
  return { files, folders };
}

/** The actual name of the entry that `segment` refers to in the folder `path`, on disk or among the virtual files. */
async function actualName(
  dir: string,
  path: string[],
  segment: string,
  made: VirtualTree,
): Promise<string | undefined> {
  if (
    segment === "" ||
    segment.startsWith(".") ||
    ["/", "\\", "\0"].some((character) => segment.includes(character))
  )
    return undefined;
  const children = made.folders.get(path.join("/"));
  if (children?.has(segment) || (await statOf(join(dir, ...path, segment)))) return segment;
  const names = [...(children?.keys() ?? []), ...(await namesIn(join(dir, ...path)))];
  return names.find((name) => name.toLowerCase() === segment.toLowerCase());
}

async function entriesOnDisk(folder: string): Promise<Entry[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
  const entries = await Promise.all(
    names.map(async (name): Promise<Entry | undefined> => {
      const found = await statOf(join(folder, name));
      return found
        ? { name, size: found.isDirectory() ? null : found.size, modified: found.mtime }
        : undefined;
    }),
  );
  return entries.filter((entry) => entry !== undefined);
}

/**
 * What is at a path, if it is a folder or a regular file. Null for anything else, such as a symbolic link.
 * Undefined if nothing exists. That is not an error, because a file may be removed between two calls.
 */
async function statOf(path: string) {
  const found = await lstat(path).catch(whereAbsent(undefined));
  return found === undefined || found.isFile() || found.isDirectory() ? found : null;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(whereAbsent<string[]>([]));
}

/** Returns an error handler that returns `value` if the path has no file to serve, and rethrows other errors. */
export function whereAbsent<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (
      error.code === "ENOENT" ||
      error.code === "ENOTDIR" ||
      error.code === "ENAMETOOLONG" ||
      error.code === "ELOOP"
    )
      return value;
    throw error;
  };
}

/** Orders entries by name, ignoring case, as NTFS does. */
function byName(a: Entry, b: Entry): number {
  const [left, right] = [a.name.toUpperCase(), b.name.toUpperCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}
