import { useState } from 'react';

/**
 * The value of an earlier render for as long as `text`, which describes the value, is the same. For objects that callers write inline, and that are
 * therefore others each time.
 */
export function useUnchanged<T>(value: T, text: string): T {
  const [kept, keep] = useState({ value, text });
  if (kept.text === text) return kept.value;
  keep({ value, text });
  return value;
}
