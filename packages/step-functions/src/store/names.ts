/**
 * The name of a file or directory for a state machine or an execution. Names contain no characters that are
 * invalid in file names, but `.` and `..` are also valid names. No name contains `%`, so nothing else gets the
 * same file.
 */
export function entryName(name: string): string {
  return name.startsWith(".") ? `%${name}` : name;
}
