/** Every screen and state: axe in both themes, nothing cut in a small window, in any language, or in one of long words. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { ALL, axe, BUT_COLOURS, COLOURS, loose, overflows, SIZES, speak, start } from './app.js';
import { failed, SCREENS } from './screens.js';

const LANGUAGES = ['de', 'fr', 'es', 'en-XA'];
const types = readFileSync(new URL('../src/lib/backend/types.ts', import.meta.url), 'utf8');
const CODES = /CODES = \[([^\]]*)\]/.exec(types)[1].match(/\w+/g);

let app;
before(async () => (app = await start()));
after(() => app.stop());

/** Whatever is wrong with the looks of a screen. */
async function wrongLooks(page) {
  const found = [];
  const look = async (name, check) => found.push(...(await check).map((fault) => `${name}: ${fault}`));
  await look('light', axe(page, ALL));
  await page.emulateMedia({ colorScheme: 'dark' });
  await look('dark', axe(page, COLOURS));
  await look('usual', overflows(page));
  await page.setViewportSize(SIZES.small);
  await look('small', overflows(page));
  await look('small', loose(page));
  for (const language of LANGUAGES) {
    await speak(page, language);
    await look(`small, ${language}`, overflows(page));
  }
  await look('small, en-XA', axe(page, BUT_COLOURS));
  await page.setViewportSize(SIZES.large);
  await look('large, en-XA', overflows(page));
  await page.setViewportSize({ width: 480, height: 320 });
  await look('at 200 %, en-XA', overflows(page));
  return [...new Set(found)];
}

/** What a failure says, and that its filled button does something. */
async function wayOn(page, code) {
  const card = page.locator(`[data-code="${code}"]`);
  assert.match(await card.locator('h2').innerText(), /\S/);
  assert.equal(await card.locator('.button.main').count(), 1, 'one filled button');
  assert.equal(await card.locator('.note').innerText(), 'Your website is online, exactly as it was.');
  const before = await page.evaluate(() => document.querySelector('main').innerText + window.slipwayRequests.length);
  const secret = card.locator('input[type=password]');
  if (await secret.count()) await secret.first().fill('geheim');
  await card.locator('.button.main').click();
  await page.waitForFunction((was) => document.querySelector('main').innerText + window.slipwayRequests.length !== was, before);
}

describe('screens', { concurrency: 4 }, () => {
  for (const screen of SCREENS) {
    test(screen.name, async () => {
      const page = await app.open(screen.query);
      await screen.go?.(page);
      assert.deepEqual(await wrongLooks(page), []);
      assert.deepEqual(page.faults, []);
      await page.close();
    });
  }
});

describe('codes', { concurrency: 4 }, () => {
  for (const code of CODES) {
    test(`the words of ${code}, and a way on from it`, async () => {
      const page = await app.open(failed(code).query);
      await page.locator(`[data-code="${code}"]`).waitFor();
      assert.deepEqual(await wrongLooks(page), []);
      await page.setViewportSize(SIZES.usual);
      await speak(page, 'en');
      await wayOn(page, code);
      assert.deepEqual(page.faults, []);
      await page.close();
    });
  }
});
