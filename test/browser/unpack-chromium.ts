/** Unpacks the browser once, before the workers of the test run start it concurrently. */
import { unpackChromium } from "./chromium.ts";

export default async function setup(): Promise<void> {
  await unpackChromium();
}
