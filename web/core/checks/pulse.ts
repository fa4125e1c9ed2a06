import type { PulseSpec } from '../engine/engine.js';
import { SwitchboardError } from '../api/errors.js';
import { describe, refuseUnknown, requireNumber, requireObject, optionalText, type Given } from '../base/validate.js';

const KNOWN = ['periodMs', 'table', 'schema'];
const PERIOD = { min: 100, max: 3_600_000 };

/** @throws SwitchboardError */
export function checkPulse(given: Given): PulseSpec | null {
  if (given.pulse === undefined) return null;
  const pulse = requireObject(given.pulse, 'pulse');
  refuseUnknown(pulse, KNOWN, '`pulse`');
  const spec = {
    periodMs: requireNumber(pulse, 'periodMs', PERIOD),
    table: optionalText(pulse, 'table', 'switchboard_pulse'),
    schema: optionalText(pulse, 'schema', 'public'),
  };
  for (const option of ['table', 'schema'] as const) {
    if (spec[option] === '*') {
      throw new SwitchboardError(
        'INVALID_OPTION',
        option,
        `\`pulse.${option}\` must name one ${option}, not ${describe(spec[option])}.`,
      );
    }
  }
  return spec;
}
