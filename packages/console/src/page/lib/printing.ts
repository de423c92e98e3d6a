import { useSyncExternalStore } from "react";

const media = window.matchMedia("print");

/** Whether the page is being printed. Long tables then show their rows without scrolling. */
export function usePrinting(): boolean {
  return useSyncExternalStore(
    (listener) => {
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => media.matches,
  );
}
