/**
 * The name of a file or directory for a state machine or an execution. Names contain no characters that are
 * invalid in file names. But a name can be `.` or `..`, so names that start with a dot get the prefix `%`. No
 * name contains `%`, so no two names get the same file.
 */
export function entryName(name: string): string {
  return name.startsWith(".") ? `%${name}` : name;
}
