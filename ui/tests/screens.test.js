/** Every screen and state: axe in both themes, nothing cut in a small window, in any language, or in one of long words. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, overflows, SIZES, start } from './app.js';
import { failed, SCREENS } from './screens.js';
import { readFileSync } from 'node:fs';

const LANGUAGES = ['de', 'fr', 'es', 'en-XA'];
const types = readFileSync(new URL('../src/lib/backend/types.ts', import.meta.url), 'utf8');
const CODES = /CODES = \[([^\]]*)\]/.exec(types)[1].match(/\w+/g);

let app;
before(async () => (app = await start()));
after(() => app.stop());

/** The window follows the system's language while it is open. */
const speak = (page, language) =>
  page.evaluate((wanted) => {
    Object.defineProperty(navigator, 'languages', { configurable: true, get: () => [wanted] });
    window.dispatchEvent(new Event('languagechange'));
  }, language);

describe('screens', { concurrency: 3 }, () => {
  for (const screen of [...SCREENS, ...CODES.map(failed)]) {
  test(screen.name, async () => {
    const page = await app.open(screen.query);
    await screen.go?.(page);
    const found = [];
    const look = async (name, check) => found.push(...(await check(page)).map((fault) => `${name}: ${fault}`));
    await look('light', axe);
    await page.emulateMedia({ colorScheme: 'dark' });
    await look('dark', axe);
    await look('usual', overflows);
    await page.setViewportSize(SIZES.small);
    await look('small', overflows);
    for (const language of LANGUAGES) {
      await speak(page, language);
      await look(`small, ${language}`, overflows);
    }
    await look('small, en-XA', axe);
    await page.setViewportSize(SIZES.large);
    await look('large, en-XA', overflows);
    await page.setViewportSize({ width: 480, height: 320 });
    await look('at 200 %, en-XA', overflows);
    assert.deepEqual([...new Set(found)], []);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}
});

describe('codes', { concurrency: 3 }, () => {
  for (const code of CODES) {
  test(`a way on from ${code}`, async () => {
    const page = await app.open(`scenario=failed&code=${code}`);
    const card = page.locator(`[data-code="${code}"]`);
    assert.match(await card.locator('h2').innerText(), /\S/);
    assert.equal(await card.locator('.button.main').count(), 1, 'one filled button');
    assert.equal(await card.locator('.note').innerText(), 'Your website is online, exactly as it was.');
    const before = await page.evaluate(() => document.querySelector('main').innerText + window.slipwayRequests.length);
    const secret = card.locator('input[type=password]');
    if (await secret.count()) await secret.fill('geheim');
    await card.locator('.button.main').click();
    await page.waitForFunction((was) => document.querySelector('main').innerText + window.slipwayRequests.length !== was, before);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}
});
