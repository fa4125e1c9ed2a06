// @ts-check

/** @typedef {import('../measure/run.mjs').Measured} Measured */
/** @typedef {Pick<import('../scenarios.mjs').Scenario, 'least' | 'aim' | 'none'>} Marks */
/**
 * @typedef {Measured & { ratio: number, mark: string, verdict: '' | 'met' | 'met, aim too' | 'missed', least: number | null }} Line
 * ratio: how many times better Switchboard is
 */

/**
 * @param {Measured} measured
 * @param {Marks} marks
 * @returns {Line}
 */
export function judge(measured, marks) {
  const {
    least = null,
    aim = null,
    none = false,
  } = /** @type {{ least?: number | null, aim?: number | null, none?: boolean }} */ (marks);
  const { switchboard, reference, floor = 0 } = measured;
  const ratio = Math.max(reference, floor) / Math.max(switchboard, floor);
  if (none) return { ...measured, ratio, mark: 'none', verdict: switchboard <= floor ? 'met' : 'missed', least };
  if (least === null) return { ...measured, ratio, mark: '', verdict: '', least };
  const mark = aim === null ? `≥ ${least}` : `≥ ${least}, aim ${aim}`;
  const verdict = ratio < least ? 'missed' : aim !== null && ratio >= aim ? 'met, aim too' : 'met';
  return { ...measured, ratio, mark, verdict, least };
}
