/** Every screen and state, each with the way to it. */
import { internet, tell } from './app.js';

const click = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click();
const ready = (page) => page.locator('.rows').waitFor();

async function toStep(page, step) {
  await click('Choose a folder…')(page);
  await page.getByText('This looks like a complete').or(page.getByText('These are the parts')).or(page.getByText('No start page')).or(page.getByText('This folder is empty')).first().waitFor();
  if (step === 1) return;
  await click('Continue')(page);
  await click('Paste the mail')(page);
  await page.getByText('Found what is needed').waitFor();
  if (step === 2) return;
  await click('Continue')(page);
  if (step === 3) return;
  await page.locator('footer').getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('tree').waitFor();
}

const add = 'scenario=empty';
const tab = (name) => async (page) => { await ready(page); await page.locator('.segments').getByText(name).click(); };
const settings = async (page) => { await page.locator('.side-foot button').click(); await page.getByText('Slipway 0.1.0').waitFor(); };
const place = (name) => (page) => page.getByRole('radio', { name }).click();
const publishNow = async (page) => { await wizard(4)(page); await click('Publish now')(page); };
/** One step after the other. */
const first = (...steps) => async (page) => { for (const step of steps) await step(page); };
const seen = (text) => (page) => page.getByText(text).first().waitFor();
const wizard = (step) => async (page) => {
  await click('Add your website')(page);
  if (step > 0) await toStep(page, step);
};

export const SCREENS = [
  { name: 'welcome', query: 'scenario=empty' },
  { name: 'site-changes', query: '', go: ready },
  { name: 'site-list', query: '', go: async (page) => { await ready(page); await page.getByRole('radio', { name: 'List' }).click(); } },
  { name: 'site-menu', query: '', go: async (page) => { await ready(page); await page.getByRole('row', { name: /opening-hours/ }).dblclick(); await page.getByRole('menu').waitFor(); } },
  { name: 'no-match', query: '', go: async (page) => { await ready(page); await page.getByRole('searchbox').fill('nowhere'); } },
  { name: 'site-first', query: 'scenario=first', go: ready },
  { name: 'site-nothing', query: 'scenario=nothing', go: (page) => page.getByText('Everything is online').waitFor() },
  { name: 'no-address', query: 'scenario=no-address', go: (page) => page.getByText('Add your web address').waitFor() },
  { name: 'loading', query: 'scenario=loading' },
  { name: 'long-names', query: 'scenario=long', go: ready },
  { name: 'huge', query: 'scenario=huge', go: ready },
  { name: 'check-server', query: '', go: async (page) => { await ready(page); await click('Check server')(page); await page.getByText('All is well').waitFor(); } },
  { name: 'publishing', query: 'scenario=publishing' },
  ...['queued', 'building', 'scanning', 'planning', 'going_live', 'tidying_up', 'checking'].map((state) => ({
    name: `publishing-${state}`,
    query: `scenario=publishing&state=${state}`,
  })),
  { name: 'done', query: 'scenario=done', go: (page) => page.getByText('Your website is live').last().waitFor() },
  ...['cached', 'other_folder', 'program', 'unreachable&reason=locked'].map((proof) => ({
    name: `done-${proof.split('&')[0]}`,
    query: `scenario=done&proof=${proof}`,
    go: (page) => page.getByText('Your website is live').last().waitFor(),
  })),
  { name: 'interrupted', query: 'scenario=interrupted' },
  { name: 'folder-missing', query: 'scenario=plan-failed&code=local_folder_missing', go: (page) => page.locator('[data-code]').waitFor() },
  { name: 'failed-partly', query: 'scenario=failed&code=connection_lost&site=partly_switched' },
  { name: 'elsewhere', query: 'scenario=elsewhere', go: seen('anna@studio is at work on it') },
  { name: 'elsewhere-silent', query: 'scenario=elsewhere&silent', go: seen('silent for 15 minutes') },
  { name: 'look-failed', query: 'scenario=look-failed&code=connection_timed_out', go: first(ready, click('Look again'), seen('The server does not answer')) },
  { name: 'unmade', query: 'scenario=unmade', go: seen('Your website has to be made first') },
  { name: 'broken', query: 'scenario=broken&code=data_unusable' },
  { name: 'trouble', query: 'trouble=local_folder_missing', go: first(ready, click('Open folder'), seen('is not there')) },
  { name: 'drop', query: '', go: first(ready, (page) => tell(page, { kind: 'dragging', over: true }), seen('Let go to add')) },
  { name: 'offline', query: '', go: first(ready, (page) => internet(page, false), seen('You are not connected')) },
  { name: 'failed-offline', query: 'scenario=failed&code=host_not_found', go: first((page) => internet(page, false), seen('You are not connected')) },
  { name: 'failed-file', query: 'scenario=failed&code=keychain_unavailable', go: first(click('Use an encrypted file…'), seen('Choose a pass phrase')) },
  { name: 'failed-once', query: 'scenario=failed&code=keychain_locked', go: first(click('Type the password this once'), seen('keeps it nowhere')) },
  { name: 'conflict', query: 'scenario=conflict', go: first(ready, click('Look again'), click('Answer the question'), (page) => page.getByRole('dialog').waitFor()) },
  { name: 'conflict-other', query: 'scenario=conflict&other', go: first(ready, click('Look again'), click('Answer the question'), (page) => page.getByRole('dialog').waitFor()) },
  { name: 'many-removals', query: 'scenario=removals', go: async (page) => { await ready(page); await click('Answer the question')(page); } },
  { name: 'purge', query: '', go: first(tab('Settings'), click('Remove everything else…'), seen('142 files')) },
  { name: 'purge-nothing', query: 'foreign=none', go: first(tab('Settings'), click('Remove everything else…'), seen('nothing else to remove')) },
  { name: 'purge-failed', query: 'scenario=look-failed&code=connection_timed_out', go: first(tab('Settings'), click('Remove everything else…'), seen('The server does not answer')) },
  { name: 'forget', query: '', go: first(tab('Settings'), click('Forget this website…'), (page) => page.getByRole('dialog').waitFor()) },
  { name: 'check-server-failed', query: 'account=login_rejected', go: first(ready, click('Check server'), seen('The password was not accepted')) },
  { name: 'history', query: '', go: async (page) => { await page.locator('.segments').getByText('History').click(); await page.getByRole('button', { name: /Show what happened/ }).first().click(); await page.locator('.log').waitFor(); } },
  { name: 'put-back', query: '', go: async (page) => { await page.locator('.segments').getByText('History').click(); await page.getByRole('button', { name: 'Put this version back' }).first().click(); await page.getByRole('dialog').waitFor(); } },
  { name: 'history-empty', query: 'scenario=first', go: tab('History') },
  { name: 'settings-site', query: '', go: tab('Settings') },
  { name: 'settings-site-more', query: '', go: first(tab('Settings'), (page) => page.getByText('More options').click()) },
  { name: 'settings-site-long', query: 'scenario=long', go: tab('Settings') },
  { name: 'settings-site-trust', query: 'account=certificate_unknown', go: first(tab('Settings'), (page) => page.getByLabel('Password', { exact: true }).fill('correct-horse'), click('Check and save'), seen('9C:41:7E')) },
  { name: 'settings-app', query: '', go: settings },
  { name: 'settings-app-file', query: '', go: first(settings, place(/encrypted file/), seen('Choose a pass phrase')) },
  { name: 'settings-app-absent', query: 'stores=none', go: settings },
  { name: 'settings-app-env', query: 'stores=env', go: settings },
  { name: 'settings-app-locked', query: 'stores=file', go: first(settings, place(/keychain/), seen('The password file is locked')) },
  { name: 'settings-app-refused', query: 'stores=env&keep=keychain_locked', go: first(settings, place(/keychain/), seen('The keychain is locked')) },
  { name: 'licences', query: '', go: first(settings, click('Licences'), seen('library-1')) },
  { name: 'add-1-none', query: add, go: wizard(0) },
  { name: 'add-1-folder', query: add, go: wizard(1) },
  { name: 'add-1-generator', query: `${add}&folder=source`, go: wizard(1) },
  { name: 'add-1-bare', query: `${add}&folder=bare`, go: wizard(1) },
  { name: 'add-1-unmade', query: `${add}&folder=unmade-source`, go: wizard(1) },
  { name: 'add-1-empty', query: `${add}&folder=empty`, go: wizard(1) },
  { name: 'add-2-hosting', query: add, go: async (page) => { await wizard(1)(page); await click('Continue')(page); } },
  { name: 'add-2-pasted', query: add, go: wizard(2) },
  { name: 'add-2-more', query: add, go: async (page) => { await wizard(2)(page); await page.getByText('More options').click(); } },
  { name: 'add-3-connect', query: `${add}`, go: async (page) => { await wizard(3)(page); await page.locator('footer').getByRole('button', { name: 'Continue' }).waitFor(); } },
  ...['certificate_unknown', 'secure_not_offered', 'login_rejected', 'host_not_found', 'permission_denied'].map((code) => ({
    name: `add-3-${code}`,
    query: `${add}&account=${code}`,
    go: async (page) => { await wizard(3)(page); await page.locator('[data-code]').waitFor(); },
  })),
  { name: 'add-4-place', query: add, go: wizard(4) },
  { name: 'add-4-more', query: add, go: async (page) => { await wizard(4)(page); await page.getByText('More options').click(); } },
  { name: 'add-4-closed', query: add, go: first(wizard(4), (page) => page.getByRole('treeitem', { name: /backups/ }).click(), click('Publish now'), seen('does not allow saving')) },
  ...['keychain_unavailable', 'keychain_locked', 'credentials_key_missing', 'credentials_damaged'].map((code) => ({
    name: `add-4-${code}`,
    query: `${add}&keep=${code}`,
    go: first(publishNow, seen('All that you typed is still here')),
  })),
  { name: 'add-4-file', query: `${add}&keep=keychain_unavailable`, go: first(publishNow, click('Use an encrypted file…'), seen('Choose a pass phrase')) },
];

export const failed = (code) => ({ name: `failed-${code}`, query: `scenario=failed&code=${code}` });
