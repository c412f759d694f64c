/** The list of changes: what screen readers are told of it, its menu, and what it leaves out. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, overflows, requests, start } from './app.js';

let app;
before(async () => (app = await start()));
after(() => app.stop());

const button = (page, name) => page.getByRole('button', { name, exact: true });
const grid = (page) => page.locator('.rows');
const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
const attributes = (row, ...names) => row.evaluate((node, wanted) => wanted.map((name) => node.getAttribute(name)), names);

function story(name, query, steps, options) {
  test(name, async () => {
    const page = await app.open(query, options);
    await grid(page).waitFor();
    await steps(page);
    assert.deepEqual(page.faults, []);
    await page.close();
  });
}

story('each row tells where it is, and the list has heads of columns', '', async (page) => {
  const where = ['aria-level', 'aria-posinset', 'aria-setsize', 'aria-rowindex'];
  const heading = page.getByRole('row', { name: /Start folder/ });
  assert.deepEqual(await attributes(heading, ...where), ['1', '1', '4', '2']);
  const row = page.getByRole('row', { name: /opening-hours/ });
  assert.deepEqual((await attributes(row, ...where)).slice(0, 3), ['2', '2', '4']);
  assert.deepEqual(await page.getByRole('columnheader').allTextContents(), ['File', 'What changes', 'Size', 'Last changed', 'More']);
  assert.equal(await grid(page).getAttribute('aria-colcount'), '5');
  await row.click();
  assert.equal(await row.getAttribute('aria-selected'), 'true');
  assert.equal(await page.locator('.rows [aria-selected=true]').count(), 1);
  assert.deepEqual(await axe(page), []);
});

story('the active row is there however far one scrolls', 'scenario=huge', async (page) => {
  await grid(page).focus();
  await page.keyboard.press('ArrowDown');
  await grid(page).evaluate((box) => (box.scrollTop = 90_000));
  await page.getByText('photo-002490').waitFor();
  const pointed = await page.evaluate(() => document.getElementById(document.querySelector('.rows').getAttribute('aria-activedescendant'))?.innerText);
  assert.match(pointed ?? '', /photo-000000/);
});

story('the right button of the mouse opens the menu where it is', '', async (page) => {
  await page.getByText('opening-hours.html').click({ button: 'right' });
  const menu = await page.getByRole('menu').boundingBox();
  const name = await page.getByText('opening-hours.html').boundingBox();
  assert.ok(Math.abs(menu.x - (name.x + name.width / 2)) < 4, `the menu is at ${menu.x}`);
  await page.getByRole('menuitem', { name: 'Show in folder' }).click();
  assert.equal((await requests(page, 'showFile'))[0].path, 'opening-hours.html');
});

story('a click elsewhere closes the menu and keeps the focus there', '', async (page) => {
  await page.getByRole('row', { name: /opening-hours/ }).dblclick();
  await page.getByRole('menu').waitFor();
  await page.getByRole('searchbox').click();
  await page.getByRole('menu').waitFor({ state: 'hidden' });
  await page.keyboard.type('weddings');
  assert.equal(await page.getByRole('searchbox').inputValue(), 'weddings');
});

story('the last change that is left out can be taken back too', '', async (page) => {
  await page.evaluate(() => {
    const { plan } = window.slipwayHost;
    window.slipwayHost.plan = async (...asked) => {
      const found = await plan(...asked);
      return { ...found, changes: found.changes.filter((row) => row.path === 'weddings.html') };
    };
    window.dispatchEvent(new Event('focus'));
  });
  await button(page, 'Publish 1 change').waitFor();
  await grid(page).focus();
  for (const key of ['ArrowDown', 'Delete']) await page.keyboard.press(key);
  await page.getByRole('heading', { name: 'Everything is online' }).waitFor();
  assert.equal(await focused(page), 'Everything is online');
  await button(page, 'Undo').click();
  await button(page, 'Publish 1 change').waitFor();
});

story('two files that are left out at once are both left out, and only the last is taken back', '', async (page) => {
  await page.evaluate(() => {
    const { changeSite } = window.slipwayHost;
    window.slipwayHost.changeSite = async (...asked) => {
      await new Promise((done) => setTimeout(done, 50));
      return changeSite(...asked);
    };
  });
  await grid(page).evaluate((box) => {
    for (const key of ['ArrowDown', 'Delete', 'ArrowDown', 'Delete']) box.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  });
  await button(page, 'Publish 310 changes').waitFor();
  await page.getByText('opening-hours.html is never published').waitFor();
  await button(page, 'Undo').click();
  await button(page, 'Publish 311 changes').waitFor();
  assert.deepEqual((await requests(page, 'changeSite')).at(-1), { exclude: ['/index.html'] });
});

story('a small window shows the tabs, the name, and the switch between list and tree', 'scenario=long', async (page) => {
  await page.getByRole('radio', { name: 'List' }).click();
  assert.equal(await grid(page).getAttribute('role'), 'grid');
  const title = await page.locator('main h1').boundingBox();
  assert.ok(title.width >= 200, `the name has ${title.width} px`);
  assert.deepEqual(await overflows(page), []);
}, { size: 'small' });
