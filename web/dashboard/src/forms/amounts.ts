import { decimalsOf, numberIn, numberText, type NumberRule } from './fields/numbers.js';
import { formatMoney } from '../format.js';

/** How an amount may look. `max`: what its column holds. */
export function amountRule(currency: string, max: number): NumberRule {
  return { min: 0, max, decimals: decimalsOf(currency) };
}

/** An amount as its input holds it. */
export function amountText(amount: number | null, currency: string): string {
  return amount === null ? '' : numberText(amount, decimalsOf(currency));
}

/** What an input holds as people read it. */
export function showAmount(text: string, currency: string): string {
  const amount = numberIn(text);
  return Number.isNaN(amount) ? text : formatMoney(amount, currency);
}
