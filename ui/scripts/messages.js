/** Reads the messages; shared by the scripts that check them and make the long ones. */
import { readFileSync } from 'node:fs';

export const LOCALES = ['en', 'de', 'fr', 'es'];
const folder = new URL('../src/messages/', import.meta.url);

export const file = (locale) => new URL(`${locale}.json`, folder);
export const read = (locale) => JSON.parse(readFileSync(file(locale), 'utf8'));

/** The texts of a message: one, or one for each plural. */
export const texts = (message) => (typeof message === 'string' ? [message] : Object.values(message[0].match));

/** The same message with each text changed. */
export function map(message, change) {
  if (typeof message === 'string') return change(message);
  const match = Object.fromEntries(Object.entries(message[0].match).map(([form, text]) => [form, change(text)]));
  return [{ ...message[0], match }];
}
