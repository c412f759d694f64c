/** Addresses of websites, as they are typed. */

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** An address as it is kept, with `https://` where nothing else was typed; `null` for what is none. */
export function webAddress(typed: string): string | null {
  const text = typed.trim();
  const whole = text.includes('://') ? text : `https://${text}`;
  const url = /\s/.test(whole) ? null : parsed(whole);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return null;
  const isName = url.hostname === 'localhost' || /[^.]\.[^.]|^\[/.test(url.hostname);
  // The host takes the first word in small letters alone.
  return isName ? whole.replace(/^https?/i, (scheme) => scheme.toLowerCase()) : null;
}
