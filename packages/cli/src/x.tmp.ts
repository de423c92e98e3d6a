import { bestYearsCommand } from "./best-years.ts";

process.exitCode = await bestYearsCommand(
  process.argv[2]!,
  { format: "csv", includeAverages: false },
  process,
);
