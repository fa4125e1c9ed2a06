const BASE_MS = 1_000;
const CAP_MS = 30_000;

/** How long to wait after this many failures before the one that has just happened: full jitter, base 1 s, cap 30 s. */
export function retryDelay(failures: number): number {
  return Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** failures);
}
