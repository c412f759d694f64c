/** Adding a website, and answering questions, when people are quick, change their mind, or are not alone. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ADDRESSES } from './addresses.js';
import { requests, SIZES, speak, start, tell } from './app.js';

let app;
before(async () => (app = await start()));
after(() => app.stop());

const NAME = 'Wildflower & Co.';
const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
const has = (locator) => locator.evaluate((node) => node === document.activeElement);
const waitForFocus = (page, name) => page.waitForFunction((text) => document.activeElement?.textContent?.trim() === text, name);
const button = (page, name) => page.getByRole('button', { name, exact: true });
const title = (page, name) => page.getByRole('heading', { name });
const names = async (page, name) => (await requests(page, 'addSite')).map((site) => site[name]);

const stories = [];
const story = (name, query, steps) => stories.push([name, query, steps]);

async function toHosting(page) {
  await button(page, 'Add your website').click();
  await button(page, 'Choose a folder…').click();
  await button(page, 'Continue').click();
  await button(page, 'Paste the mail').click();
  await page.getByText('Found what is needed').waitFor();
}

async function toConnect(page) {
  await toHosting(page);
  await button(page, 'Continue').click();
}

async function toPlace(page) {
  await toConnect(page);
  await button(page, 'Continue').click();
  await page.getByRole('tree').waitFor();
}

story('while a website is added there is no way back', 'scenario=empty&pace=60', async (page) => {
  await toPlace(page);
  await button(page, 'Publish now').click();
  await page.getByText('Trying to save there').waitFor();
  assert.equal(await button(page, 'Back').isDisabled(), true);
  assert.equal(await button(page, 'Folder').isDisabled(), true);
  await tell(page, { kind: 'dropped', folder: '/home/anna/elsewhere' });
  assert.equal(await page.getByRole('tree').count(), 1);
  await button(page, 'Stop publishing').waitFor();
  assert.deepEqual(await names(page, 'name'), ['Wildflower website']);
});

story('the question about the password stays until its answer has been tried', 'scenario=empty&keep=keychain_locked&pace=60', async (page) => {
  await toPlace(page);
  await button(page, 'Publish now').click();
  await page.getByRole('dialog').waitFor();
  await button(page, 'Go on without keeping it').click();
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('dialog').count(), 1);
  await button(page, 'Stop publishing').waitFor();
});

story('who goes back is not brought forward by a late reply', 'scenario=empty&account=permission_denied&pace=60', async (page) => {
  await toConnect(page);
  await button(page, 'Choose another folder').click();
  await button(page, 'Hosting').click();
  await page.getByLabel('Server address').fill('ftp.other.example');
  await page.waitForFunction(() => window.slipwayRequests.some(({ name }) => name === 'folders'));
  await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.equal(await page.getByLabel('Server address').inputValue(), 'ftp.other.example');
});

/** Pastes text as people do anywhere on the step. */
const pasteText = (page, text) =>
  page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
  }, text);

story('a mail that speaks of FTP alone does not make the connection insecure', 'scenario=empty&account=secure_not_offered', async (page) => {
  await button(page, 'Add your website').click();
  await button(page, 'Choose a folder…').click();
  await button(page, 'Continue').click();
  await pasteText(page, 'Protocol: FTP (not encrypted)\nServer: ftp.x.example\nPort: 2121\nUser name: anna\nPassword: s3cret');
  await page.getByText('Found what is needed').waitFor();
  await button(page, 'Continue').click();
  await button(page, 'Go on without security').waitFor();
});

story('another mail has nothing of the one before', 'scenario=empty', async (page) => {
  await button(page, 'Add your website').click();
  await button(page, 'Choose a folder…').click();
  await button(page, 'Continue').click();
  await pasteText(page, 'Server: ftp.x.example\nPort: 2121\nUser name: anna\nPassword: s3cret');
  await page.getByText('Found what is needed').waitFor();
  await pasteText(page, 'Server: ftp.y.example\nUser name: berta');
  while ((await page.getByLabel('Server address').inputValue()) !== 'ftp.y.example');
  assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '');
  await page.getByText('More options').click();
  assert.equal(await page.getByRole('textbox', { name: 'Port' }).inputValue(), '');
});

story('a server that was trusted is not trusted under another address', 'scenario=empty&account=certificate_unknown', async (page) => {
  await toConnect(page);
  await button(page, 'Trust this server').click();
  await button(page, 'Continue').click();
  assert.equal(await page.getByLabel('Web address').inputValue(), 'https://wildflower-and-co.example');
  await button(page, 'Hosting').click();
  await page.getByLabel('Server address').fill('ftp.other.example');
  await button(page, 'Continue').click();
  await button(page, 'Continue').click();
  await page.getByRole('tree').waitFor();
  const trusted = (await requests(page, 'checkAccount')).map((account) => [account.host, account.trusted !== null]);
  assert.deepEqual(trusted, [['ftp.brightharbour.example', false], ['ftp.brightharbour.example', true], ['ftp.other.example', false]]);
});

story('a refused account is typed again, and Enter signs in', 'scenario=empty&account=login_rejected', async (page) => {
  await toConnect(page);
  await title(page, 'The password was not accepted').waitFor();
  const password = page.getByLabel('Password', { exact: true });
  assert.equal(await has(password), true);
  await password.fill('');
  await page.keyboard.press('Enter');
  await page.getByText('This is needed.').waitFor();
  await password.fill('new-secret');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => window.slipwayRequests.filter(({ name }) => name === 'checkAccount').length === 2);
  await title(page, 'The password was not accepted').waitFor();
});

story('after a server is trusted, Enter goes on', 'scenario=empty&account=certificate_unknown', async (page) => {
  await toConnect(page);
  await button(page, 'Trust this server').waitFor();
  assert.match(await focused(page), /Is this really your server/);
  await button(page, 'Trust this server').evaluate((node) => {
    node.click();
    node.click();
  });
  await button(page, 'Continue').waitFor();
  assert.equal(await focused(page), 'Continue');
  assert.equal((await requests(page, 'checkAccount')).length, 2, 'pressed twice, tried once');
  await page.keyboard.press('Enter');
  await page.getByRole('tree').waitFor();
});

const heading = (page) => page.locator('main h1').innerText();

story('the step that connects says what it has come to', 'scenario=empty&account=certificate_unknown&pace=60', async (page) => {
  await toConnect(page);
  assert.equal(await heading(page), 'Saying hello to your server');
  await button(page, 'Trust this server').waitFor();
  assert.equal(await heading(page), 'Is this really your server?');
  assert.equal(await page.getByText('Saying hello').count(), 0);
  await button(page, 'Trust this server').click();
  await button(page, 'Continue').waitFor();
  assert.equal(await heading(page), 'All is well');
  assert.equal(await page.getByText('This takes a few seconds').count(), 0);
});

story('the buttons of a question about trust are seen in a small window', 'scenario=empty&account=certificate_unknown', async (page) => {
  await page.setViewportSize(SIZES.small);
  await toConnect(page);
  await button(page, 'Trust this server').waitFor();
  for (const language of ['en', 'de', 'fr', 'es']) {
    await speak(page, language);
    const [answer, panel, asked] = await Promise.all(['[data-code] .button.main', '.panel .content', 'main h1'].map((node) => page.locator(node).boundingBox()));
    assert.ok(answer.y + answer.height <= panel.y + panel.height, `${language}: ends at ${answer.y + answer.height}, seen until ${panel.y + panel.height}`);
    assert.ok(asked.y >= panel.y, 'the question is there too');
  }
});

story('the focus goes on when a pressed button is gone', 'scenario=empty', async (page) => {
  await button(page, 'Add your website').click();
  await button(page, 'Choose a folder…').click();
  await button(page, 'Continue').click();
  await button(page, 'Paste the mail').press('Enter');
  await page.getByText('Found what is needed').waitFor();
  await waitForFocus(page, 'Continue');
  await button(page, 'Clear').press('Enter');
  await button(page, 'Paste the mail').waitFor();
  assert.equal(await has(page.getByLabel('Server address')), true);
});

story('who goes on too early is shown where', 'scenario=empty', async (page) => {
  await button(page, 'Add your website').click();
  await button(page, 'Choose a folder…').click();
  await button(page, 'Continue').click();
  await page.getByLabel('Server address').fill('ftp.brightharbour.example');
  await button(page, 'Continue').press('Enter');
  await page.getByText('This is needed.').first().waitFor();
  assert.equal(await has(page.getByLabel('User name')), true);
  await button(page, 'Paste the mail').click();
  await button(page, 'Continue').click();
  await button(page, 'Continue').click();
  await page.getByLabel('Name in Slipway').fill('-');
  await button(page, 'Publish now').press('Enter');
  await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.equal(await has(page.getByLabel('Name in Slipway')), true);
});

story('a whole address that is typed is taken apart', 'scenario=empty', async (page) => {
  await button(page, 'Add your website').click();
  await button(page, 'Choose a folder…').click();
  await button(page, 'Continue').click();
  await page.getByLabel('User name').fill('anna');
  await page.getByLabel('Password', { exact: true }).fill('correct-horse');
  await page.getByLabel('Server address').fill('ftp://wildflower@ftp.other.example/mail');
  await page.keyboard.press('Enter');
  await button(page, 'Continue').click();
  assert.deepEqual((await requests(page, 'checkAccount')).map(({ host, user }) => [host, user]), [['ftp.other.example', 'wildflower']]);
  await page.getByRole('treeitem', { selected: true }).getByText('mail').waitFor();
});

story('a web address must be one', 'scenario=empty', async (page) => {
  await toPlace(page);
  const address = page.getByLabel('Web address');
  for (const [typed, right] of Object.entries(ADDRESSES)) {
    await address.fill(typed);
    assert.equal(await address.getAttribute('aria-invalid'), right ? null : 'true', typed);
  }
});

story('a dropped folder that can not be read does not take the place of the one that was chosen', 'scenario=empty', async (page) => {
  await toHosting(page);
  await tell(page, { kind: 'dropped', folder: '/home/anna/garden-gone' });
  await page.getByText('The folder of this website is not there').waitFor();
  await page.getByText('“Wildflower website” stays the folder that was chosen.').waitFor();
  assert.equal(await page.getByText('No folder chosen yet').count(), 0);
  await tell(page, { kind: 'dropped', folder: '/home/anna/garden' });
  await page.getByText('The folder of this website is not there').waitFor({ state: 'detached' });
  await page.getByText('garden', { exact: true }).first().waitFor();
  await button(page, 'Continue').click();
  assert.equal(await page.getByLabel('User name').inputValue(), 'wildflower');
});

story('the same folder dropped again is begun with again, and a typed name stays', 'scenario=empty', async (page) => {
  const drop = () => tell(page, { kind: 'dropped', folder: '/home/anna/garden' });
  await drop();
  await button(page, 'Continue').click();
  await button(page, 'Paste the mail').click();
  await page.getByText('Found what is needed').waitFor();
  await button(page, 'Continue').click();
  await button(page, 'Continue').click();
  await page.getByLabel('Name in Slipway').fill('My garden');
  await drop();
  await title(page, 'Which folder is your website in?').waitFor();
  await button(page, 'Continue').click();
  await button(page, 'Continue').click();
  await button(page, 'Continue').click();
  await button(page, 'Publish now').click();
  await button(page, 'Stop publishing').or(title(page, 'Your website is live')).first().waitFor();
  assert.deepEqual(await names(page, 'name'), ['My garden']);
});

story('the folders are walked by arrows, in and out', 'scenario=empty', async (page) => {
  await toPlace(page);
  const chosen = page.getByRole('treeitem', { selected: true });
  await chosen.focus();
  const walk = async (...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    return chosen.innerText();
  };
  assert.match(await walk('ArrowRight', 'ArrowRight'), /old-shop/);
  assert.match(await walk('ArrowLeft'), /public_html/);
  assert.match(await walk('ArrowLeft', 'ArrowLeft'), /brightharbour/);
});

story('a folder that was not looked at can be typed, and Back does not lose it', 'scenario=empty', async (page) => {
  await toPlace(page);
  await page.getByText('More options').click();
  const folder = page.getByLabel('Folder on the server');
  assert.equal(await folder.inputValue(), '/public_html');
  await folder.fill('');
  await page.keyboard.press('Enter');
  await page.getByText('This is needed.').waitFor();
  assert.equal(await has(folder), true);
  await folder.fill('/home/u/domains/x/public_html');
  assert.equal(await page.getByRole('treeitem', { selected: true }).count(), 0);
  await button(page, 'Back').click();
  await button(page, 'Continue').click();
  await page.getByText('More options').click();
  assert.equal(await folder.inputValue(), '/home/u/domains/x/public_html');
  await button(page, 'Publish now').click();
  await button(page, 'Stop publishing').or(title(page, 'Your website is live')).first().waitFor();
  assert.deepEqual(await names(page, 'remote_dir'), ['/home/u/domains/x/public_html']);
});

story('a build that is not allowed does not keep the website from being added', 'scenario=empty&folder=source&build=refused', async (page) => {
  await toPlace(page);
  await button(page, 'Publish now').click();
  await title(page, 'May this website run a program here?').waitFor();
  await page.getByText('hugo --minify').first().waitFor();
  assert.equal((await requests(page, 'removeSite')).length, 0);
});

const toPurge = async (page) => {
  await page.getByRole('navigation', { name: 'Parts of this website' }).getByText('Settings').click();
  await button(page, 'Remove everything else…').click();
  await page.getByRole('dialog').getByRole('textbox').fill(NAME);
};

story('a purge says that it publishes, and outlives a question', 'scenario=conflict&removes', async (page) => {
  await page.locator('.rows').waitFor();
  await button(page, 'Look again').click();
  await button(page, 'Answer the question').waitFor();
  await toPurge(page);
  await page.getByText('The 312 changes that are waiting are published at the same time.').waitFor();
  await button(page, 'Delete 142 files').click();
  await title(page, '2 files were changed on the server by someone else').waitFor();
  await page.getByText('is removed too, as you asked').waitFor();
  for (const radio of await page.getByRole('dialog').getByRole('radiogroup').all()) {
    await radio.getByRole('radio').first().press('ArrowRight');
    assert.equal(await radio.getByRole('radio').first().isChecked(), true, 'the first arrow chooses the first');
  }
  await button(page, 'Continue').click();
  await button(page, 'Publish, but remove nothing').waitFor();
  assert.equal(await focused(page), 'Publish, but remove nothing');
  assert.deepEqual(await requests(page, 'publish'), []);
  await page.keyboard.press('Enter');
  await title(page, 'Your website is live').waitFor();
  const [{ options }] = await requests(page, 'publish');
  assert.deepEqual([options.purge_confirmed, options.keep_removed], [NAME, true]);
  assert.equal(options.conflicts['data/guestbook.txt'].server_size, 31_744);
});

story('a purge that a run stopped with a question goes on with its answer', 'scenario=conflict', async (page) => {
  await page.locator('.rows').waitFor();
  await toPurge(page);
  await button(page, 'Delete 142 files').click();
  await button(page, 'Answer the question').click();
  await button(page, 'Keep the server’s for the rest').click();
  await title(page, 'Your website is live').waitFor();
  assert.equal((await requests(page, 'publish'))[1].options.purge_confirmed, NAME);
});

story('of very many changed files the first are shown, and the rest stays', 'scenario=conflict&conflicts=1000', async (page) => {
  await page.locator('.rows').waitFor();
  await button(page, 'Look again').click();
  await button(page, 'Answer the question').click();
  await page.getByText('802 more files are kept as they are on the server.').waitFor();
  assert.equal(await page.getByRole('dialog').getByRole('radiogroup').count(), 200);
  await button(page, 'Keep the server’s for the rest').click();
  await title(page, 'Your website is live').waitFor();
  assert.equal(Object.keys((await requests(page, 'publish'))[0].options.conflicts).length, 1_002);
});

const dialogs = {
  'check of the server': ['account=certificate_unknown', (page) => button(page, 'Check server').click(), '9C:41:7E'],
  'request': ['trouble=local_folder_missing', (page) => button(page, 'Open folder').click(), 'Show where it is now…'],
  'look before a purge': [
    'scenario=look-failed&code=login_rejected',
    async (page) => {
      await page.getByRole('navigation', { name: 'Parts of this website' }).getByText('Settings').click();
      await button(page, 'Remove everything else…').click();
    },
    'Sign in',
  ],
};
for (const [name, [query, fail, way]] of Object.entries(dialogs)) {
  story(`a ${name} that fails says how the website is, and leads to what can be done`, query, async (page) => {
    await page.locator('.rows').waitFor();
    await fail(page);
    await page.getByRole('dialog').getByText('exactly as it was').waitFor();
    await button(page, 'See what can be done').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('[data-code]').getByText(way).first().waitFor();
  });
}

describe('wizard and questions', { concurrency: 2 }, () => {
  for (const [name, query, steps] of stories) {
    test(name, async () => {
      const page = await app.open(query);
      await steps(page);
      assert.deepEqual(page.faults, []);
      await page.close();
    });
  }
});
