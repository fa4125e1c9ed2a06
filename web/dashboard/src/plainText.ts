// What NFKD leaves as it is, although people type it with the letters of their keyboard.
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
const QUOTES = /[‘’ʼ´`]/g;
const DASHES = /[‐-―−]/g;
// Of letters that are the same ones without them. Those of other scripts, such as the dots of Japanese, make another letter.
const ACCENTS = /[\u0300-\u036f]/g;

/** A text for comparing names: without regard to case, accents, the number of blanks between words, and the shape of quotes and dashes. */
export function plainText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(ACCENTS, '')
    .replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(QUOTES, "'")
    .replace(DASHES, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether a text holds each word that was typed, as plainText has them. */
export function holdsWords(text: string, typed: string): boolean {
  const plain = plainText(text);
  return plainText(typed)
    .split(' ')
    .every((word) => plain.includes(word));
}
