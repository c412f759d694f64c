/** One file as a pattern of what is left out; the patterns are those of `.gitignore`. Pure. */

/** The pattern that means this file and no other. */
export function patternOf(path: string): string {
  return `/${path.replace(/[\\*?[\]!#]/g, '\\$&').replace(/ +$/, (spaces) => '\\ '.repeat(spaces.length))}`;
}

/** What a pattern leaves out, as it is shown. */
export function shownPattern(pattern: string): string {
  return pattern.replace(/^\//, '').replace(/\\(.)/g, '$1');
}
