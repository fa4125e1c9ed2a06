import { lookCss } from './lookCss.js';
import { viewsCss } from './viewsCss.js';

/** Adopted style sheets: a policy without 'unsafe-inline' lets them be, where it refuses style elements and attributes. */
export function panelSheets(): CSSStyleSheet[] {
  return [lookCss, viewsCss].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
}
