/** Makes the pseudo-locale from the English words: accents on letters, and two fifths longer. For tests of the layout. */
import { writeFileSync } from 'node:fs';
import { file, map, read } from './messages.js';

const ACCENTS = { a: 'á', e: 'é', i: 'í', o: 'ö', u: 'ü', A: 'Å', E: 'É', O: 'Ö', c: 'ç', n: 'ñ', s: 'š' };
const LONGER = 0.4;

function lengthen(text) {
  const accented = text.replace(/\{\w+\}|[a-zA-Z]/g, (part) => ACCENTS[part] ?? part);
  const letters = text.replace(/\{\w+\}/g, '').length;
  return accented + ' ěxtŕa'.repeat(Math.ceil(letters / 6)).slice(0, Math.ceil(letters * LONGER));
}

const english = read('en');
const long = Object.fromEntries(Object.entries(english).map(([key, message]) => [key, map(message, lengthen)]));
writeFileSync(file('en-XA'), `${JSON.stringify(long, null, 2)}\n`);
