const COLOURS = [
  'Amber',
  'Blue',
  'Coral',
  'Green',
  'Grey',
  'Indigo',
  'Ivory',
  'Red',
  'Silver',
  'Teal',
  'Violet',
  'White',
];
const BIRDS = ['Crane', 'Finch', 'Heron', 'Kite', 'Lark', 'Owl', 'Plover', 'Raven', 'Robin', 'Swift', 'Tern', 'Wren'];
const STORED_AS = 'desk';

/** What the others see of this window. Nobody signs in here, so each window has a made-up name, which a reload keeps. */
export const deskName = storedName() ?? madeUpName();

function storedName(): string | null {
  try {
    return sessionStorage.getItem(STORED_AS);
  } catch {
    // The browser keeps nothing for this page.
    return null;
  }
}

function madeUpName(): string {
  const name = `${oneOf(COLOURS)} ${oneOf(BIRDS)}`;
  try {
    sessionStorage.setItem(STORED_AS, name);
  } catch {
    // The name lasts as long as the page.
  }
  return name;
}

function oneOf(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)] ?? '';
}
