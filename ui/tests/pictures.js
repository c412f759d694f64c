/** Takes a picture of every screen, light and dark, small and large: `node tests/pictures.js FOLDER [NAME…]`. */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from './app.js';
import { failed, SCREENS } from './screens.js';

const [folder = join(tmpdir(), 'slipway-pictures'), ...names] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const app = await start();
const all = [...SCREENS, ...['login_rejected', 'connection_lost', 'certificate_unknown', 'keychain_unavailable', 'build_not_allowed', 'name_not_allowed'].map(failed)];
for (const screen of all.filter(({ name }) => names.length === 0 || names.includes(name))) {
  for (const [size, theme] of [['usual', 'light'], ['small', 'light'], ['large', 'dark']]) {
    const page = await app.open(screen.query, { size, theme });
    try {
      await screen.go?.(page);
      await page.waitForTimeout(50);
    } catch (error) {
      console.error(screen.name, size, String(error).split('\n').slice(0, 3).join(' '));
    }
    await page.screenshot({ path: join(folder, `${screen.name}-${size}-${theme}.png`) });
    for (const fault of page.faults) console.error(screen.name, size, fault);
    await page.close();
  }
}
await app.stop();
