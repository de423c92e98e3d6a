import type { Timeline } from "@data-quest/execution-history";
import type { Cost } from "../api-types.ts";
import type { ServicesHolder } from "./services.ts";

/** What all parts of the console's server share. */
export type ConsoleContext = {
  services: ServicesHolder;
  /** A name for a new execution. */
  executionName: () => string;
  /** The command line that starts an execution with this input. */
  runCommand: (input: string) => string;
  /** The estimate of `quest cost` for an execution. */
  estimateCost: (timeline: Timeline) => Cost;
  /** A URL on the reports' own origin for a key in Gold. */
  reportUrl: (key: string) => string;
  /** What the page calls the deployment, such as the state directory. */
  title: string;
};
