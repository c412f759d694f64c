/** What holds the screens together: shortcuts, focus, announcements, and what happens at the host meanwhile. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADDRESSES } from './addresses.js';
import { requests, start, tell } from './app.js';

let app;
before(async () => (app = await start()));
after(() => app.stop());

const SHOP = 'Wildflower & Co.';
const button = (page, name) => page.getByRole('button', { name, exact: true });
const grid = (page) => page.locator('.rows');
const isAt = (page, name) => page.locator('main').getByRole('heading', { name, level: 1 }).waitFor();
const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
const said = (page) => page.locator('[data-announce=assertive]').textContent();
const tab = (page, name) => page.getByRole('navigation', { name: 'Parts of this website' }).getByText(name).click();
const comeBack = (page) => page.evaluate(() => window.dispatchEvent(new Event('focus')));
/** From now on the host refuses a request. */
const refuse = (page, name, code) =>
  page.evaluate(([request, why]) => {
    const failure = { code: why, site: 'untouched', path: null, server_reply: null, detail: '' };
    window.slipwayHost[request] = (...asked) => {
      window.slipwayRequests.push({ name: request, with: asked });
      return Promise.reject(failure);
    };
  }, [name, code]);

function story(name, query, steps) {
  test(name, async () => {
    const page = await app.open(query);
    await steps(page);
    assert.deepEqual(page.faults, []);
    await page.close();
  });
}

story('the key that publishes does the next step of the screen, and never sends a refused password again', 'scenario=failed&code=login_rejected', async (page) => {
  await page.getByRole('heading', { name: 'The password was not accepted' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByText('This is needed.').waitFor();
  assert.deepEqual(await requests(page, 'publish'), []);
  await page.getByLabel('Password', { exact: true }).fill('new-secret');
  await page.keyboard.press('Control+Enter');
  await page.getByText('of 312 files').or(page.getByRole('heading', { name: 'Your website is live' })).first().waitFor();
  assert.equal((await requests(page, 'setPassword')).length, 1);
});

story('the key that publishes shows what it would do first, and does nothing where there is nothing to do', '', async (page) => {
  await grid(page).waitFor();
  await tab(page, 'Settings');
  await page.keyboard.press('Control+Enter');
  await grid(page).waitFor();
  assert.deepEqual(await requests(page, 'publish'), []);
  await page.keyboard.press('Control+2');
  await page.getByRole('heading', { name: 'Everything is online' }).waitFor();
  await page.keyboard.press('Control+Enter');
  assert.deepEqual(await requests(page, 'publish'), []);
});

story('digits above other signs, and large letters, are the same keys', '', async (page) => {
  await grid(page).waitFor();
  const press = (init) => page.evaluate((what) => window.dispatchEvent(new KeyboardEvent('keydown', { ctrlKey: true, cancelable: true, ...what })), init);
  await press({ key: '"', code: 'Digit3' });
  await isAt(page, 'Marta Lindqvist Photo');
  await press({ key: 'N', code: 'KeyN' });
  await page.getByRole('heading', { name: 'Which folder is your website in?' }).waitFor();
});

story('the focus goes on with the screen', 'scenario=done', async (page) => {
  await button(page, 'Back to the overview').press('Enter');
  await page.getByRole('heading', { name: 'Everything is online' }).waitFor();
  assert.equal(await focused(page), 'Everything is online');
});

story('the focus goes on from a failure to the changes', 'scenario=failed&code=connection_lost', async (page) => {
  await button(page, 'Show the changes').press('Enter');
  await grid(page).waitFor();
  assert.equal(await focused(page), '312 changes are waiting');
});

story('a website that was removed elsewhere is left', '', async (page) => {
  await grid(page).waitFor();
  await page.evaluate((name) => window.slipwayHost.removeSite(name), SHOP);
  await comeBack(page);
  await isAt(page, 'Elmside Rowing Club');
  assert.equal(await page.getByRole('button', { name: /^Wildflower/ }).count(), 0);
});

story('a website that turns out to be gone is left', '', async (page) => {
  await grid(page).waitFor();
  await page.evaluate((name) => window.slipwayHost.removeSite(name), SHOP);
  await refuse(page, 'preview', 'site_not_found');
  await button(page, 'Look again').click();
  await isAt(page, 'Elmside Rowing Club');
});

story('a run that moves while the sites are asked for is not lost', 'scenario=publishing', async (page) => {
  await page.getByText('of 312 files').waitFor();
  await page.evaluate(async (site) => {
    const { sites } = window.slipwayHost;
    let reply;
    window.slipwayHost.sites = async () => {
      const before = await sites();
      await new Promise((done) => (reply = done));
      return before;
    };
    window.dispatchEvent(new Event('focus'));
    await new Promise((done) => setTimeout(done, 20));
    window.slipwayTell({ kind: 'run', site, event: { event: 'state', run: 'r', state: 'checking' } });
    reply();
    await new Promise((done) => setTimeout(done, 20));
  }, SHOP);
  assert.equal(await page.getByRole('heading', { level: 2 }).first().textContent(), 'Checking your website');
});

story('two presses publish once', '', async (page) => {
  await grid(page).waitFor();
  await button(page, 'Publish 312 changes').evaluate((node) => {
    node.click();
    node.click();
  });
  await page.getByRole('heading', { name: 'Your website is live' }).waitFor();
  assert.equal((await requests(page, 'publish')).length, 1);
});

story('a button of a failure counts once until it is done', 'scenario=failed&code=local_folder_missing', async (page) => {
  await page.evaluate(() => {
    window.slipwayHost.chooseFolder = () => {
      window.slipwayRequests.push({ name: 'chooseFolder', with: null });
      return new Promise(() => undefined);
    };
  });
  await button(page, 'Show where it is now…').evaluate((node) => {
    node.click();
    node.click();
  });
  assert.equal((await requests(page, 'chooseFolder')).length, 1);
});

story('stopping is said until the run has ended', 'scenario=publishing', async (page) => {
  await page.evaluate(() => (window.slipwayHost.stop = async (name) => void window.slipwayRequests.push({ name: 'stop', with: name })));
  await button(page, 'Stop publishing').click();
  await button(page, 'Stopping …').waitFor();
  await button(page, 'Stopping …').evaluate((node) => node.click());
  assert.equal((await requests(page, 'stop')).length, 1);
  await tell(page, { kind: 'run', site: SHOP, event: { event: 'state', run: 'r', state: 'going_live' } });
  assert.equal(await button(page, 'Stop publishing').isDisabled(), true, 'it came too late');
});

story('a website that is being made is not said to take seconds', 'scenario=publishing&state=building', async (page) => {
  await page.getByText('How long this takes depends on the program that makes it.').waitFor();
  assert.equal(await page.getByText('This takes a few seconds').count(), 0);
});

story('the last words of what makes the website, and then all of them', 'scenario=failed&code=build_failed', async (page) => {
  const log = page.locator('main .log');
  await log.waitFor();
  assert.doesNotMatch(await log.textContent(), /14:03:04 scanning/);
  await button(page, 'Show all it said').click();
  assert.match(await log.textContent(), /14:03:04 scanning/);
});

story('what a look found wrong is announced', 'scenario=look-failed&code=connection_timed_out', async (page) => {
  await grid(page).waitFor();
  assert.equal(await said(page), '');
  await button(page, 'Look again').click();
  await page.getByRole('heading', { name: 'The server does not answer' }).waitFor();
  assert.equal(await said(page), 'The server does not answer');
});

story('an open question is announced', 'scenario=removals', async (page) => {
  await button(page, 'Answer the question').waitFor();
  assert.match(await said(page), /answer/);
});

story('a history that cannot be read is told in its place, and tried again', '', async (page) => {
  await grid(page).waitFor();
  await page.evaluate(() => (window.slipwayRead = window.slipwayHost.history));
  await refuse(page, 'history', 'data_unusable');
  await page.keyboard.press('Control+2');
  await page.getByRole('heading', { name: 'Everything is online' }).waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  await tab(page, 'History');
  await page.locator('[data-code=data_unusable]').waitFor();
  await page.evaluate(() => (window.slipwayHost.history = window.slipwayRead));
  await button(page, 'Try again').click();
  await page.getByText('The connection was lost').first().waitFor();
});

story('a setting that cannot be saved is as it was', '', async (page) => {
  await page.keyboard.press('Control+,');
  await refuse(page, 'saveSettings', 'this_computer_full');
  await page.getByRole('radio', { name: 'Dark' }).click();
  await page.getByRole('dialog').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), undefined);
  assert.equal(await page.getByRole('radio', { name: 'Dark', includeHidden: true }).getAttribute('aria-checked'), 'false');
});

story('a speed that cannot be saved is not shown', '', async (page) => {
  await grid(page).waitFor();
  await tab(page, 'Settings');
  await refuse(page, 'changeSite', 'this_computer_full');
  const speed = page.getByLabel('Speed of sending');
  await speed.selectOption('500000');
  await page.getByRole('dialog').waitFor();
  assert.equal(await speed.inputValue(), '');
});

story('a web address is looked at before it is kept', '', async (page) => {
  await grid(page).waitFor();
  await tab(page, 'Settings');
  const address = page.getByLabel('Your web address');
  for (const [typed, right] of Object.entries(ADDRESSES)) {
    const before = (await requests(page, 'changeSite')).length;
    await address.fill(typed);
    await address.blur();
    assert.equal(await address.getAttribute('aria-invalid'), right ? null : 'true', typed);
    assert.equal((await requests(page, 'changeSite')).length, before + Number(right), typed);
  }
  assert.deepEqual((await requests(page, 'changeSite')).slice(0, 2).map((change) => change.web_url), ['https://www.wildflower.example', 'https://wildflower.example/shop']);
});

story('a title that cannot be set is no fault', '', async (page) => {
  await grid(page).waitFor();
  await refuse(page, 'setTitle', 'unexpected');
  await refuse(page, 'setMenu', 'unexpected');
  await page.keyboard.press('Control+,');
  await page.getByLabel('Language').selectOption('de');
  await page.getByRole('heading', { name: 'Einstellungen', level: 1 }).waitFor();
  assert.ok((await requests(page, 'setTitle')).length > 0);
});
