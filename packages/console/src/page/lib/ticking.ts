import { useEffect, useState } from "react";

const TICK_MILLISECONDS = 250;

/** The current time, which advances while something runs. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [running]);
  return running ? now : Math.max(now, 0);
}
