/** Every screen and state, each with the way to it. */

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
  { name: 'interrupted', query: 'scenario=interrupted' },
  { name: 'folder-missing', query: 'scenario=plan-failed&code=local_folder_missing', go: (page) => page.locator('[data-code]').waitFor() },
  { name: 'failed-partly', query: 'scenario=failed&code=connection_lost&site=partly_switched' },
  { name: 'conflict', query: 'scenario=conflict', go: async (page) => { await ready(page); await click('Answer the question')(page); } },
  { name: 'many-removals', query: 'scenario=removals', go: async (page) => { await ready(page); await click('Answer the question')(page); } },
  { name: 'purge', query: '', go: async (page) => { await ready(page); await page.locator('.segments').getByText('Settings').click(); await click('Remove everything else…')(page); await page.getByText('142 files').first().waitFor(); } },
  { name: 'history', query: '', go: async (page) => { await page.locator('.segments').getByText('History').click(); await page.getByRole('button', { name: /Show what happened/ }).first().click(); await page.locator('.log').waitFor(); } },
  { name: 'history-empty', query: 'scenario=first', go: async (page) => { await ready(page); await page.locator('.segments').getByText('History').click(); } },
  { name: 'settings-site', query: '', go: async (page) => { await ready(page); await page.locator('.segments').getByText('Settings').click(); } },
  { name: 'settings-app', query: '', go: async (page) => { await page.locator('.side-foot button').click(); await page.getByText('Slipway 0.1.0').waitFor(); } },
  { name: 'add-1-none', query: add, go: wizard(0) },
  { name: 'add-1-folder', query: add, go: wizard(1) },
  { name: 'add-1-generator', query: `${add}&folder=source`, go: wizard(1) },
  { name: 'add-1-bare', query: `${add}&folder=bare`, go: wizard(1) },
  { name: 'add-1-empty', query: `${add}&folder=empty`, go: wizard(1) },
  { name: 'add-2-hosting', query: add, go: async (page) => { await wizard(1)(page); await click('Continue')(page); } },
  { name: 'add-2-more', query: add, go: async (page) => { await wizard(2)(page); await page.getByText('More options').click(); } },
  { name: 'add-3-connect', query: `${add}`, go: async (page) => { await wizard(3)(page); await page.locator('footer').getByRole('button', { name: 'Continue' }).waitFor(); } },
  ...['certificate_unknown', 'secure_not_offered', 'login_rejected', 'host_not_found', 'permission_denied'].map((code) => ({
    name: `add-3-${code}`,
    query: `${add}&account=${code}`,
    go: async (page) => { await wizard(3)(page); await page.locator('[data-code]').waitFor(); },
  })),
  { name: 'add-4-place', query: add, go: wizard(4) },
];

export const failed = (code) => ({ name: `failed-${code}`, query: `scenario=failed&code=${code}` });
