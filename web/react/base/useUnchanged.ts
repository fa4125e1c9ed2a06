import { useState } from 'react';

/**
 * The value of an earlier render for as long as `text`, which stands for what it says, is the same. For what callers write inline, so that it is another
 * object each time.
 */
export function useUnchanged<T>(value: T, text: string): T {
  const [kept, keep] = useState({ value, text });
  if (kept.text === text) return kept.value;
  keep({ value, text });
  return value;
}
