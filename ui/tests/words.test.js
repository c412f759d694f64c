/** Words that are made of what the host tells: sizes and names. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

let server;
before(async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  server = await createServer({ root, logLevel: 'error', server: { middlewareMode: true, hmr: false, ws: false, watch: null } });
});
after(() => server.close());

const load = (path) => server.ssrLoadModule(`/src/lib/words/${path}`);

test('bytes have their plural in every language', async () => {
  // What a page has and this has not.
  globalThis.document ??= { documentElement: {} };
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { languages: [] } });
  const { size } = await load('format.ts');
  const { speak } = await load('language.svelte.ts');
  const said = (language) => {
    speak(language);
    return [0, 1, 69, 999, 1_000, 2_790_000].map((bytes) => size(bytes).replaceAll(/\s/g, ' '));
  };
  assert.deepEqual(said('en'), ['0 bytes', '1 byte', '69 bytes', '999 bytes', '1 kB', '2.8 MB']);
  assert.deepEqual(said('de'), ['0 Byte', '1 Byte', '69 Byte', '999 Byte', '1 kB', '2,8 MB']);
  assert.deepEqual(said('fr'), ['0 octet', '1 octet', '69 octets', '999 octets', '1 ko', '2,8 Mo']);
  assert.deepEqual(said('es'), ['0 bytes', '1 byte', '69 bytes', '999 bytes', '1 kB', '2,8 MB']);
});

test('a certificate is told by its plain name', async () => {
  const { plainName } = await load('certificate.ts');
  const names = {
    'CN=localhost': 'localhost',
    'CN=Slipway test authority': 'Slipway test authority',
    'C=GB, O=Bright Harbour, Ltd., CN=ftp.example.com': 'ftp.example.com',
    'CN=ftp.example.com, O=Bright Harbour': 'ftp.example.com',
    'CN=ftp.example.com + serialNumber=7': 'ftp.example.com',
    'C=GB, O=Bright Harbour, Ltd., OU=Hosting': 'Bright Harbour, Ltd.',
    'C=GB, O=Bright Harbour, CN=': 'Bright Harbour',
    'OU=Hosting': 'OU=Hosting',
    'Bright Harbour': 'Bright Harbour',
    '': '',
  };
  for (const [whole, plain] of Object.entries(names)) assert.equal(plainName(whole), plain);
});

test('the time left is told in steps, and counts up by one of them at most', async () => {
  globalThis.document ??= { documentElement: {} };
  const { TimeLeft } = await server.ssrLoadModule('/src/lib/run/phase.ts');
  const { speak } = await load('language.svelte.ts');
  speak('en');
  const first = (seconds) => new TimeLeft().say(seconds);
  const told = { 0: 'About 1 second left', 7: 'About 7 seconds left', 11: 'About 15 seconds left', 56: 'About 1 minute left', 61: 'About 2 minutes left' };
  for (const [seconds, text] of Object.entries(told)) assert.equal(first(Number(seconds)), text);
  assert.deepEqual([2_700, 2_800, 3_601].map(first), ['About 45 minutes left', 'Less than an hour left', 'About 2 hours left']);
  const left = new TimeLeft();
  assert.deepEqual([null, 5, 3_000, 2].map((seconds) => left.say(seconds)), ['', 'About 5 seconds left', 'About 6 seconds left', 'About 2 seconds left']);
});
