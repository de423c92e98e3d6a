/**
 * The name of a file or directory for a state machine or an execution. Names contain nothing that a file name
 * must not, except that `.` and `..` are names, too. `%` is in no name, so nothing else gets the same file.
 */
export function entryName(name: string): string {
  return name.startsWith(".") ? `%${name}` : name;
}
