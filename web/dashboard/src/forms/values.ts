import { formatStatus } from '../format.js';
import type { Choice } from './Field.js';

/** A text field's value; empty when it is absent. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** A number field's value; null when it is empty. */
export function numberOf(form: FormData, name: string): number | null {
  const text = textOf(form, name);
  return text === '' ? null : Number(text);
}

export function choicesOf(words: readonly string[]): Choice[] {
  return words.map((value) => ({ value, label: formatStatus(value) }));
}
