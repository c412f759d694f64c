/** The files that a failure is about, as far as the log of its run names them. Pure. */
import type { Failure } from '../backend/types';

/** How the log words it; what else it notes is about other things. */
const NOTED: Partial<Record<Failure['code'], RegExp>> = {
  name_not_allowed: /^It has (a name that servers can't hold|the same name as another file)/,
  local_file_unreadable: /^It can't be read/,
  local_file_changing: /^It keeps changing/,
};

/** Whether a failure of this kind is about files that a person may want to see. */
export const namesFiles = (failure: Failure): boolean => failure.code in NOTED;

export function namesIn(log: string, failure: Failure): string[] {
  const wanted = NOTED[failure.code];
  const names = new Set<string>(failure.path === null ? [] : [failure.path]);
  for (const line of wanted ? log.split('\n') : []) {
    const found = /^\S+ \S+ note: ("(?:[^"\\]|\\.)*"): (.*)$/.exec(line);
    if (found?.[1] && found[2] && wanted?.test(found[2])) names.add(unquoted(found[1]));
  }
  return [...names];
}

/** The text that Rust quoted with `{:?}`. */
function unquoted(quoted: string): string {
  const plain = { n: '\n', r: '\r', t: '\t', '0': '\0' } as Record<string, string>;
  return quoted.slice(1, -1).replace(/\\(?:u\{([0-9a-f]+)\}|(.))/g, (_, code: string | undefined, letter: string) =>
    code === undefined ? (plain[letter] ?? letter) : String.fromCodePoint(parseInt(code, 16)),
  );
}
