/** The files that hold the bodies of a bucket's objects. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Body } from "./records.ts";

/** The path of a body. */
export function bodyPath(folder: string, file: string): string {
  return join(folder, "bodies", file);
}

/**
 * A description of the damage to the first body whose file is missing or has the wrong size. Undefined if no
 * body is damaged.
 */
export function findDamage(folder: string, bodies: readonly Body[]): string | undefined {
  for (const { file, size } of bodies) {
    const path = bodyPath(folder, file);
    const found = statSync(path, { throwIfNoEntry: false })?.size;
    if (found === undefined) return `${path} is missing`;
    if (found !== size) return `${path} has ${found} bytes instead of ${size}`;
  }
  return undefined;
}
