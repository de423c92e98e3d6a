/** The listing's clock: BLS shows U.S. Eastern time, to the minute. */
import { DateTime } from "luxon";

const ZONE = "America/New_York";
const LOCALE = "en-US";
/** Made once: to make it takes longer than to read a time with it. */
const LISTED = DateTime.buildFormatParser("M/d/yyyy h:mm a", { locale: LOCALE });

/** Reads `9/3/2026  8:30 AM` as U.S. Eastern time. Undefined if it is no such time. */
export function parseEasternTime(text: string): Date | undefined {
  const time = DateTime.fromFormatParser(text.replace(/\s+/g, " ").trim(), LISTED, {
    zone: ZONE,
    locale: LOCALE,
  });
  return time.isValid ? time.toJSDate() : undefined;
}

/**
 * The minute that a clock in New York shows at a moment, as `2026-09-03 08:30`. Two moments with the same minute are the
 * same in a listing, the hour that comes twice in autumn included.
 */
export function easternMinute(moment: Date): string {
  return DateTime.fromJSDate(moment, { zone: ZONE }).toFormat("yyyy-MM-dd HH:mm");
}
