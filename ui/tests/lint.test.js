/** The host is reached by one file alone: whatever other way there is, the linter finds it. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const eslint = new ESLint({ cwd });
const faults = async (text, filePath) => (await eslint.lintText(text, { filePath }))[0].messages.filter(({ message }) => message.includes('tauri.ts alone'));

const WAYS = [
  "import { invoke } from '@tauri-apps/api/core';\nvoid invoke('sites');",
  "import '@tauri-apps/plugin-opener';",
  "export { invoke } from '@tauri-apps/api/core';",
  "void import('@tauri-apps/api/core');",
  'export const secret = window.__TAURI_INTERNALS__;',
  "export const secret = window['__TAURI_INTERNALS__'];",
];

for (const way of WAYS) {
  test(`not elsewhere: ${way.split('\n')[0]}`, async () => {
    assert.equal((await faults(way, 'src/lib/app.svelte.ts')).length, 1);
    assert.equal((await faults(`<script lang="ts">\n${way}\n</script>`, 'src/App.svelte')).length, 1);
    assert.deepEqual(await faults(way, 'src/lib/backend/tauri.ts'), []);
  });
}

test('the file that may does', () => {
  assert.match(readFileSync(new URL('../src/lib/backend/tauri.ts', import.meta.url), 'utf8'), /from '@tauri-apps\/api\/core'/);
});

test('no text of a server or of a file becomes markup', async () => {
  const [{ messages }] = await eslint.lintText('<script lang="ts">\n  let { words }: { words: string } = $props();\n</script>\n\n{@html words}\n', {
    filePath: 'src/App.svelte',
  });
  assert.ok(messages.some(({ ruleId }) => ruleId === 'svelte/no-at-html-tags'), JSON.stringify(messages));
  const sources = readdirSync(new URL('../src', import.meta.url), { recursive: true }).filter((name) => /\.(svelte|ts)$/.test(name));
  assert.ok(sources.length > 50);
  for (const name of sources) {
    assert.doesNotMatch(readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8'), /\{@html|(inner|outer)HTML|insertAdjacentHTML/, name);
  }
});
