/**
 * Takes pictures of the screens: `node tests/pictures.js FOLDER [NAME…]` in several sizes, and `node tests/pictures.js
 * --guide [NAME…]` those of the guide, small enough to be kept with it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start } from './app.js';
import { GUIDE, overview } from './guide.js';
import { failed, SCREENS } from './screens.js';

const FAILURES = ['login_rejected', 'connection_lost', 'certificate_unknown', 'keychain_unavailable', 'build_not_allowed', 'name_not_allowed'];
const SEVERAL = [['usual', 'light'], ['small', 'light'], ['large', 'dark']];
const THEMES = [['usual', 'light'], ['usual', 'dark']];

const [first, ...names] = process.argv.slice(2);
const forGuide = first === '--guide';
const folder = forGuide ? fileURLToPath(new URL('../../docs/guide/pictures', import.meta.url)) : (first ?? join(tmpdir(), 'slipway-pictures'));
mkdirSync(folder, { recursive: true });

/** The screen of a name; any other name is that of a failure. */
const named = (name) => SCREENS.find((screen) => screen.name === name) ?? failed(name.replace('failed-', ''));
const ofGuide = () => GUIDE.flatMap(({ screens }) => Object.keys(screens)).map(named);
const all = forGuide ? ofGuide() : [...SCREENS, ...FAILURES.map(failed)];

/** Few colours are enough for a screen, and take a third of the room. Left as it is where ImageMagick is not there. */
function compress(path) {
  try {
    execFileSync('convert', [path, '+dither', '-colors', '128', '-strip', '-define', 'png:exclude-chunks=date,time', '-define', 'png:compression-level=9', `PNG8:${path}`], { stdio: 'pipe' });
  } catch (error) {
    console.error(`${path} is left as it is: ${error.message}`);
  }
}

const app = await start();
for (const screen of all.filter(({ name }) => names.length === 0 || names.includes(name))) {
  for (const [size, theme] of forGuide ? THEMES : SEVERAL) {
    const page = await app.open(screen.query, { size, theme });
    try {
      await screen.go?.(page);
      await page.waitForTimeout(50);
    } catch (error) {
      console.error(screen.name, size, String(error).split('\n').slice(0, 3).join(' '));
      process.exitCode = 1;
    }
    const path = join(folder, forGuide ? `${screen.name}-${theme}.png` : `${screen.name}-${size}-${theme}.png`);
    await page.screenshot({ path });
    if (forGuide) compress(path);
    for (const fault of page.faults) console.error(screen.name, size, fault);
    await page.close();
  }
}
await app.stop();
if (forGuide) writeFileSync(join(folder, 'README.md'), overview());
