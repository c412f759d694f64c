/** The built app in a browser that stays offline, served with the policy of the app's window. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

/** The moment that the made-up data is made for. */
const NOW = new Date(2026, 10, 23, 14, 32);
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const OFFLINE = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

export const SIZES = { usual: { width: 960, height: 640 }, small: { width: 720, height: 520 }, large: { width: 1600, height: 1000 } };

export async function start() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const server = await preview({ root, logLevel: 'error', preview: { port: 0, host: '127.0.0.1' } });
  const { port } = server.httpServer.address();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: OFFLINE });
  const address = `http://127.0.0.1:${port}/`;

  const contexts = new Map();

  /** Windows of one language share what they have loaded. */
  function context(locale, clock) {
    const key = `${locale} ${clock}`;
    if (!contexts.has(key)) contexts.set(key, make(locale, clock));
    return contexts.get(key);
  }

  async function make(locale, clock) {
    const made = await browser.newContext({ locale, reducedMotion: 'reduce' });
    if (clock) await made.clock.setFixedTime(NOW);
    return made;
  }

  /** Opens the app as a query asks, and keeps whatever goes wrong in `page.faults`. */
  async function open(query, { size = 'usual', theme = 'light', locale = 'en', clock = true } = {}) {
    const page = await (await context(locale, clock)).newPage();
    await page.setViewportSize(SIZES[size]);
    await page.emulateMedia({ colorScheme: theme });
    page.setDefaultTimeout(20_000);
    page.faults = [];
    page.on('pageerror', (error) => page.faults.push(String(error)));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.faults.push(message.text()));
    page.on('request', (request) => request.url().startsWith(address) || page.faults.push(`asked for ${request.url()}`));
    await page.goto(`${address}?${query}&pace=5`);
    await page.waitForSelector('main h1');
    return page;
  }

  async function stop() {
    await browser.close();
    await server.close();
  }
  return { open, stop };
}

/** Colours are all that a theme changes, and the slowest to look at. */
const CONTRAST = ['color-contrast'];
export const ALL = {};
export const COLOURS = { runOnly: { type: 'rule', values: CONTRAST } };
export const BUT_COLOURS = { rules: Object.fromEntries(CONTRAST.map((rule) => [rule, { enabled: false }])) };

/** What axe finds wrong, in short. */
export async function axe(page, rules = ALL) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const found = await page.evaluate((options) => window.axe.run(document, { resultTypes: ['violations'], ...options }), rules);
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary}`));
}

/** Words that are cut although sentences never are, and pages that scroll sideways. */
export function overflows(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > innerWidth ? ['the window scrolls sideways'] : [];
    const seen = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest('.hidden, .cut, .sprite, input, pre');
    const cut = [...document.querySelectorAll('button, p, h1, h2, h3, label, legend, dt, dd, .segments, .strip, .hero, footer, .tools, .body, .content')]
      .filter((node) => seen(node) && node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline')
      .map((node) => `${node.tagName}.${node.className} is cut: ${node.textContent.trim().slice(0, 60)}`);
    return [...wide, ...cut];
  });
}

/** What frames the screen and can be scrolled although nobody could scroll it back. */
export function loose(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('html, body, #app, .window, main, .clipped')]
      .filter((node) => !['auto', 'scroll'].includes(getComputedStyle(node).overflowY))
      .filter((node) => {
        node.scrollTo(50, 50);
        return node.scrollTop + node.scrollLeft > 0;
      })
      .map((node) => `${node.tagName}.${node.className} can be scrolled`),
  );
}

/** The window follows the system's language while it is open. */
export const speak = (page, language) =>
  page.evaluate((wanted) => {
    Object.defineProperty(navigator, 'languages', { configurable: true, get: () => [wanted] });
    window.dispatchEvent(new Event('languagechange'));
  }, language);

/** The system says that the internet is gone, or is back. */
export const internet = (page, there) =>
  page.evaluate((up) => {
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => up });
    window.dispatchEvent(new Event(up ? 'online' : 'offline'));
  }, there);

/** Something happens at the host. */
export const tell = (page, event) => page.evaluate((what) => window.slipwayTell(what), event);

export const requests = (page, name) =>
  page.evaluate((wanted) => window.slipwayRequests.filter((request) => request.name === wanted).map((request) => request.with), name);
