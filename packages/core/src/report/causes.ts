/** Describes what caused the changes since the previous version. */
import type { Cause } from "./report.ts";

/**
 * Describes a cause in a sentence, for the page and the terminal. `synthetic` is true if the files contain
 * synthetic data, which BLS did not publish.
 */
export function causeSentence(cause: Cause, synthetic: boolean): string {
  switch (cause) {
    case "published":
      return synthetic
        ? "The source of the synthetic data published a new version."
        : "BLS published a new version.";
    case "restored":
      return "An operator restored an earlier version (quest restore): BLS did not publish these changes.";
    case "copied":
      return "An operator copied an earlier version over the previous one: BLS did not publish these changes.";
    case "put":
      return "An operator uploaded this version: BLS did not publish these changes.";
    case "accepted":
      return "An operator accepted the source's version in place of an operator's version: the changes undo the operator's version and include what BLS published in the meantime.";
  }
}
