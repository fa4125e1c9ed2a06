import { SwitchboardError } from '../api/errors.js';
import type { RecorderOptions } from '../api/options.js';
import { optionalNumber, refuseUnknown, requireFunction, typeOf, type Given } from '../base/validate.js';
import { VERSION } from '../base/version.js';
import type { RecorderSpec } from '../engine/engine.js';

const BYTES = { min: 16_384, max: 67_108_864 };
const DEFAULT_BYTES = 262_144;

export interface CheckedRecorder {
  /** For the core. */
  spec: RecorderSpec;
  onceOnFault: NonNullable<RecorderOptions['onceOnFault']> | null;
}

/**
 * Null: nothing is recorded.
 *
 * @throws SwitchboardError
 */
export function checkRecorder(given: Given): CheckedRecorder | null {
  const { recorder = {} } = given;
  if (recorder === false) return null;
  if (typeof recorder !== 'object' || recorder === null || Array.isArray(recorder)) {
    throw invalid('recorder', `\`recorder\` must be false or { bytes, frames, onceOnFault }, not ${typeOf(recorder)}.`);
  }
  const options = recorder as Given;
  refuseUnknown(options, ['bytes', 'frames', 'onceOnFault'], '`recorder`');
  const { frames = false, onceOnFault } = options as RecorderOptions;
  if (typeof frames !== 'boolean') {
    throw invalid('recorder', `\`recorder.frames\` must be true or false, not ${typeOf(frames)}.`);
  }
  if (onceOnFault !== undefined) {
    requireFunction(onceOnFault, 'recorder', '`onceOnFault` gets the first fault and the recording.');
  }
  const bytes = optionalNumber(options, 'bytes', BYTES) ?? DEFAULT_BYTES;
  const createdBy = `switchboard-realtime ${VERSION}`;
  return { spec: { bytes, frames, createdBy }, onceOnFault: onceOnFault ?? null };
}

function invalid(option: string, message: string): SwitchboardError {
  return new SwitchboardError('INVALID_OPTION', option, message);
}
