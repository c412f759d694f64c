/** Whom a certificate names, as people say it. */

/** The value of a kind of name in "C=GB, O=Bright Harbour, CN=ftp.example.com"; the last one says most. */
function named(whole: string, kind: string): string | undefined {
  const parts = new RegExp(`(?:^|[,+])\\s*${kind}=(.*?)(?=\\s*[,+]\\s*[A-Za-z][A-Za-z0-9.]*=|$)`, 'g');
  return [...whole.matchAll(parts)].at(-1)?.[1]?.trim();
}

/** The name itself, else the organisation's, else all that is there. */
export function plainName(whole: string): string {
  return named(whole, 'CN') || named(whole, 'O') || whole;
}
