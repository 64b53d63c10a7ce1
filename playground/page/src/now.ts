/** The time, a new one each half minute: "4 minutes ago" has to grow old. */
import { useSyncExternalStore } from "react";

const STEP_SECONDS = 30;
const listeners = new Set<() => void>();
let now = Math.floor(Date.now() / 1000);

setInterval(() => {
  now = Math.floor(Date.now() / 1000);
  listeners.forEach((listener) => listener());
}, STEP_SECONDS * 1000);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Seconds since the epoch. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
