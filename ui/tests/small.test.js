/** What stays readable in small windows, and in the usual one at 200 %. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SIZES, speak, start } from './app.js';
import { SCREENS } from './screens.js';

let app;
before(async () => (app = await start()));
after(() => app.stop());

const ZOOMED = { width: 480, height: 320 };
const LAPTOP = { width: 1280, height: 800 };
const box = (page, selector) => page.locator(selector).first().boundingBox();
const bottom = ({ y, height }) => y + height;

/** A screen as it is in a window of some size. */
function story(name, screen, size, steps) {
  test(name, async () => {
    const { query, go } = SCREENS.find((known) => known.name === screen);
    const page = await app.open(query);
    await page.setViewportSize(size);
    await go?.(page);
    await steps(page);
    assert.deepEqual(page.faults, []);
    await page.close();
  });
}

for (const [name, size] of Object.entries({ small: SIZES.small, usual: SIZES.usual, laptop: LAPTOP, large: SIZES.large })) {
  story(`the tools of the list take one row: ${name}`, 'site-changes', size, async (page) => {
    const [filters, find, layout] = await Promise.all(['.tools .segments', '.tools .find', '.tools .layout'].map((part) => box(page, part)));
    assert.ok(find.y < bottom(filters) && layout.y < bottom(filters), `${filters.y} ${find.y} ${layout.y}`);
  });
}

story('the last publishes are told in whole sentences', 'site-changes', LAPTOP, async (page) => {
  const lines = page.locator('.aside .lines li');
  await lines.first().waitFor();
  for (const language of ['en', 'de', 'fr', 'es']) {
    await speak(page, language);
    const cut = await lines.evaluateAll((found) => found.flatMap((line) => [...line.querySelectorAll('*')]).filter((node) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflow === 'hidden').length);
    assert.equal(cut, 0, language);
  }
});

story('neither the name of a server nor a pair of its fingerprint is broken', 'settings-site-trust', LAPTOP, async (page) => {
  const broken = await page.locator('dl.well').evaluate((list) => {
    const walk = document.createTreeWalker(list, NodeFilter.SHOW_TEXT);
    const words = [];
    while (walk.nextNode()) {
      for (const { 0: word, index } of walk.currentNode.data.matchAll(/[\w.-]{3,}|[0-9A-F]{2}/g)) {
        const range = document.createRange();
        range.setStart(walk.currentNode, index);
        range.setEnd(walk.currentNode, index + word.length);
        if (range.getClientRects().length > 1) words.push(word);
      }
    }
    return words;
  });
  assert.deepEqual(broken, []);
});

story('the welcome is not printed across the boat', 'welcome', ZOOMED, async (page) => {
  assert.equal(await page.locator('.harbour').isVisible(), false);
  await page.setViewportSize(SIZES.small);
  assert.equal(await page.locator('.harbour').isVisible(), true);
});

for (const screen of ['forget', 'conflict', 'many-removals', 'put-back', 'purge']) {
  story(`a question is seen from its beginning, with its answers: ${screen}`, screen, ZOOMED, async (page) => {
    const [title, footer] = await Promise.all(['dialog h2', 'dialog footer'].map((part) => box(page, part)));
    assert.ok(title.y >= 0 && bottom(title) <= footer.y, `the title is at ${title.y}, the answers at ${footer.y}`);
    assert.ok(bottom(footer) <= ZOOMED.height, `the answers end at ${bottom(footer)}`);
    await page.locator('dialog').evaluate((node) => node.scrollTo(0, 10_000));
    assert.ok(bottom(await box(page, 'dialog footer')) <= ZOOMED.height);
  });
}

story('time and speed begin in the same place where they stand below', 'publishing', ZOOMED, async (page) => {
  const [time, speed] = await page.locator('.figures > :last-child p').evaluateAll((lines) =>
    lines.map((line) => {
      const range = document.createRange();
      range.selectNodeContents(line);
      return range.getBoundingClientRect().left;
    }),
  );
  assert.equal(time, speed);
});
