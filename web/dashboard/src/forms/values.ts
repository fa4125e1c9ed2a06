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

/** A time as `<input type="datetime-local">` wants it, in the browser's time zone. */
export function toLocalInput(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

export function choicesOf(words: readonly string[]): Choice[] {
  return words.map((value) => ({ value, label: formatStatus(value) }));
}
