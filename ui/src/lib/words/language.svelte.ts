/** Which language the window speaks. Every message follows when it changes. */
import { baseLocale, isLocale, locales, overwriteGetLocale } from '../../paraglide/runtime.js';

type Locale = (typeof locales)[number];

/** The made-up language of long words, for tests of the layout; reached only by a system that asks for it. */
const PSEUDO = 'en-XA';

let current = $state<Locale>(baseLocale);
overwriteGetLocale(() => current);

/** The system's language, if Slipway speaks it. */
function ofSystem(): Locale {
  for (const wanted of navigator.languages) {
    const spoken = [wanted, wanted.split('-')[0]].find(isLocale);
    if (spoken) return spoken;
  }
  return baseLocale;
}

/** Speaks a language from now on; `system` means that of the computer. */
export function speak(wanted: string): void {
  current = isLocale(wanted) ? wanted : ofSystem();
  document.documentElement.lang = current;
}

/** The language for numbers and dates: as in the region that the system is set to, where it has the same language. */
export function locale(): string {
  const language = current === PSEUDO ? baseLocale : current;
  return navigator.languages.find((wanted) => wanted !== PSEUDO && wanted.split('-')[0] === language) ?? language;
}
