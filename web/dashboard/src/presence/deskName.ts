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
export const deskName = takeStoredName() ?? madeUpName();

// Stored only between two pages of one window: a window that is opened from this one, or a tab that is duplicated, gets a copy of what is stored.
addEventListener('pagehide', () => {
  inStorage((storage) => {
    storage.setItem(STORED_AS, deskName);
  });
});
addEventListener('pageshow', takeStoredName);

function takeStoredName(): string | null {
  return inStorage((storage) => {
    const name = storage.getItem(STORED_AS);
    storage.removeItem(STORED_AS);
    return name;
  });
}

/** Null: the browser keeps nothing for this page. The name lasts as long as the page then. */
function inStorage<Value>(work: (storage: Storage) => Value): Value | null {
  try {
    return work(sessionStorage);
  } catch {
    return null;
  }
}

function madeUpName(): string {
  return `${oneOf(COLOURS)} ${oneOf(BIRDS)}`;
}

function oneOf(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)] ?? '';
}
