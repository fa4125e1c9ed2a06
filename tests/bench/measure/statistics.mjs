// @ts-check

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

const gc = /** @type {{ gc?: () => void }} */ (globalThis).gc;

/** With `--expose-gc`: so that one side's garbage is not collected in the other's time. */
export function collectGarbage() {
  gc?.();
}
