import { formatStatus } from '../../format.js';

export type Choice = { readonly value: string; readonly label: string };

export function choicesOf(words: readonly string[]): Choice[] {
  return words.map((value) => ({ value, label: formatStatus(value) }));
}

/** The choices, and the chosen value if it is none of them: what was not loaded, or is not offered any more, stays what it is. */
export function withChosen(choices: readonly Choice[], chosen: string, label: string): readonly Choice[] {
  return choices.some(({ value }) => value === chosen) ? choices : [...choices, { value: chosen, label }];
}
