/** The listing's clock: BLS shows U.S. Eastern time, to the minute. */
import { DateTime } from "luxon";

const ZONE = "America/New_York";
const LOCALE = "en-US";
/** Created once: creating it takes longer than reading a time with it. */
const LISTED = DateTime.buildFormatParser("M/d/yyyy h:mm a", { locale: LOCALE });

/** Reads `9/3/2026  8:30 AM` as U.S. Eastern time. Undefined if `text` does not have that form. */
export function parseEasternTime(text: string): Date | undefined {
  const time = DateTime.fromFormatParser(text.replace(/\s+/g, " ").trim(), LISTED, {
    zone: ZONE,
    locale: LOCALE,
  });
  return time.isValid ? time.toJSDate() : undefined;
}

/**
 * The minute that a clock in New York shows at a given time, as `2026-09-03 08:30`. Two times with the same
 * minute are indistinguishable in a listing, including those in the repeated hour in the fall.
 */
export function easternMinute(moment: Date): string {
  return DateTime.fromJSDate(moment, { zone: ZONE }).toFormat("yyyy-MM-dd HH:mm");
}
