/** A host in memory: the screens can be tried and tested without an app around them. Keeps nothing. */
import { patternOf } from '../../plan/pattern';
import type { Backend } from '../backend';
import { CHECKS } from '../backend';
import { CODES } from '../types';
import type { Check, Code, Failure, HostEvent, PlanView, Protocol, PublishOptions, RunEvent, RunNow, Settings, Site, SiteView } from '../types';
import * as data from './data';
import * as folders from './folders';
import { Passwords } from './passwords';
import { inState, scenario } from './scenarios';

/** For tests: the requests that were made of the host, and ways to let something happen there. */
declare global {
  interface Window {
    slipwayRequests?: { name: string; with: unknown }[];
    slipwayTell?: (event: HostEvent) => void;
    slipwayHost?: Backend;
  }
}

const STAGE_OF: Partial<Record<Code, Check>> = {
  host_not_found: 'found',
  connection_refused: 'found',
  connection_timed_out: 'found',
  secure_not_offered: 'secure',
  secure_failed: 'secure',
  certificate_unknown: 'secure',
  certificate_changed: 'secure',
  login_rejected: 'signed_in',
  too_many_connections: 'signed_in',
};

export function memoryBackend(query: URLSearchParams): Backend {
  const world = scenario(query);
  const passwords = new Passwords(query, CODES);
  const listeners = new Set<(event: HostEvent) => void>();
  const turns = new Map<string, number>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let settings: Settings = { theme: 'system', language: 'system', connections: 8, limit: null };
  const requests: { name: string; with: unknown }[] = [];
  window.slipwayRequests = requests;

  const note = (name: string, what: unknown) => requests.push({ name, with: what });
  const pause = (times = 1) => new Promise((resolve) => setTimeout(resolve, world.pace * times));
  const tell = (event: HostEvent) => listeners.forEach((listener) => listener(event));
  window.slipwayTell = tell;
  const say = (site: string, event: RunEvent) => tell({ kind: 'run', site, event });
  const view = (name: string): SiteView => {
    const found = world.sites.find((known) => known.site.name === name);
    if (!found) throw data.failure('site_not_found');
    return found;
  };

  /** A question about security that was answered is not asked again. */
  function settle(asked: { trusted_certificate?: string | null; protocol?: Site['protocol'] | null }) {
    if (asked.trusted_certificate && world.account?.startsWith('certificate_')) world.account = null;
    if (asked.protocol === 'ftp' && world.account === 'secure_not_offered') world.account = null;
  }

  function replan(name: string, plan: PlanView) {
    const { local, server } = world;
    world.local = (asked) => (asked === name ? plan : local(asked));
    world.server = (asked) => (asked === name ? plan : server(asked));
  }

  async function look(name: string, found: PlanView | Failure | null): Promise<PlanView> {
    await pause();
    if (found === null) return new Promise(() => undefined);
    if ('code' in found) throw found;
    const left = view(name).site.exclude ?? [];
    return { ...found, changes: found.changes.filter((row) => !left.includes(patternOf(row.path))) };
  }

  function finish(name: string) {
    const site = view(name);
    const summary = data.outcome(world.proof ? { proof: world.proof } : {});
    const online = { files: 1_411, bytes: 117_440_512, since_ms: Date.now() };
    Object.assign(site, { running: null, waiting: 0, online, last: data.last(0, { outcome: summary }) });
    replan(name, data.plan([]));
    say(name, { event: 'finished', outcome: 'live', run: 'r', ...summary });
  }

  function fail(name: string, failure: Failure) {
    clearTimeout(timers.get(name));
    const state = failure.code === 'cancelled' ? 'cancelled' : 'failed';
    Object.assign(view(name), { running: null, last: data.last(0, { state, outcome: null, failure }) });
    say(name, { event: 'failed', run: 'r', ...failure });
  }

  function step(name: string, now: RunNow, part: number) {
    view(name).running = now;
    const { state, planned, progress } = now;
    if (part === 0) say(name, { event: 'state', run: 'r', state });
    if (planned && state === 'uploading' && part === 0) say(name, { event: 'planned', ...planned });
    if (progress) say(name, { event: 'progress', ...progress });
  }

  function run(name: string, ends: Code | null) {
    const steps: [RunNow, number][] = [
      [inState('scanning'), 0],
      [inState('planning'), 0],
      ...Array.from({ length: 21 }, (_, n): [RunNow, number] => [inState('uploading', n / 20), n]),
      [inState('going_live'), 0],
      [inState('checking'), 0],
    ];
    const next = () => {
      const now = steps.shift();
      if (!now) return finish(name);
      if (ends === 'conflict' && now[0].state === 'uploading') return fail(name, data.failure(ends));
      if (ends && now[1] === 14) return fail(name, data.failure(ends));
      step(name, ...now);
      timers.set(name, setTimeout(next, world.pace));
    };
    next();
  }

  async function tryServer(passed: (check: Check) => void, protocol: Protocol, folder = '') {
    if (folder.endsWith(folders.CLOSED)) throw { ...data.failure('permission_denied'), path: folder };
    for (const check of CHECKS.filter((check) => check !== 'secure' || protocol !== 'ftp')) {
      await pause(3);
      if (world.account && (STAGE_OF[world.account] ?? 'may_save') === check) throw data.failure(world.account);
      passed(check);
    }
  }

  const host: Backend = {
    listen(listener) {
      listeners.add(listener);
      const first = world.sites[0];
      if (world.justDone && first) setTimeout(() => finish(first.site.name), world.pace);
      return () => listeners.delete(listener);
    },

    async sites() {
      const { broken } = world;
      world.broken = null;
      if (broken) throw data.failure(broken);
      return structuredClone(world.sites);
    },
    async addSite(site: Site, password) {
      note('addSite', site);
      await pause();
      if (world.sites.some((known) => known.site.name === site.name)) throw data.failure('site_exists');
      if (password) passwords.keep();
      world.sites.push(data.view(site.name, { site, online: null, last: null, waiting: 312 }));
      replan(site.name, data.plan(data.shopChanges()));
    },
    async changeSite(name, change, password) {
      note('changeSite', change);
      const found = view(name);
      const { host, user } = { ...found.site, ...change };
      if (!password && (host !== found.site.host || user !== found.site.user)) throw data.failure('password_missing');
      if (password) passwords.keep();
      const kept = Object.entries({ ...found.site, ...change }).filter(([, value]) => value !== null);
      found.site = Object.fromEntries(kept) as unknown as Site;
      return structuredClone(found);
    },
    async changeSiteChecked(name, change, password) {
      const wanted = { ...view(name).site, ...change };
      const { host, user } = view(name).site;
      if (!password && (wanted.host !== host || wanted.user !== user)) throw data.failure('password_missing');
      note('checkAccount', { host: wanted.host, user: wanted.user, trusted: wanted.trusted_certificate });
      settle(wanted);
      await tryServer(() => undefined, wanted.protocol ?? 'ftps', wanted.remote_dir ?? '/');
      return this.changeSite(name, change, password);
    },
    async removeSite(name) {
      note('removeSite', name);
      world.sites = world.sites.filter((known) => known.site.name !== name);
    },
    async setPassword(name, user, _password, keep) {
      note('setPassword', { name, user, keep });
      if (keep) passwords.keep();
      world.ends = null;
    },
    async unlockPasswords(phrase) {
      note('unlockPasswords', null);
      passwords.unlock(phrase);
      world.ends = null;
    },
    passwordStores: async () => passwords.list(),
    async usePasswordStore(kind, phrase) {
      note('usePasswordStore', { kind, withPhrase: phrase !== null });
      await pause();
      passwords.use(kind, phrase);
    },
    async allowBuild(name) {
      note('allowBuild', name);
      await pause();
      const refused = world.refusesBuild;
      world.refusesBuild = false;
      world.ends = refused ? 'build_not_allowed' : null;
      return !refused;
    },
    async trustCertificate(name, sha256) {
      note('trustCertificate', { name, sha256 });
      world.ends = null;
    },

    async plan(name, options) {
      note('plan', { name, options });
      const turn = (turns.get(name) ?? 0) + 1;
      turns.set(name, turn);
      const found = await look(name, world.local(name));
      // A new one of the same website stops the one before.
      if (turns.get(name) !== turn) throw data.failure('cancelled');
      return found;
    },
    async preview(name, options) {
      note('preview', { name, options });
      return look(name, world.server(name));
    },
    async previewPurge() {
      await pause();
      const found = world.server('');
      if (found && 'code' in found) throw found;
      return query.get('foreign') === 'none' ? { files: 0, bytes: 0 } : { files: 142, bytes: 61_000_000 };
    },
    async publish(name, options: PublishOptions) {
      note('publish', { name, options });
      const found = world.server(name);
      const asks = found && 'conflicts' in found && found.conflicts.length > 0 && !options.conflicts;
      run(name, asks ? 'conflict' : world.ends);
    },
    async stop(name) {
      note('stop', name);
      clearTimeout(timers.get(name));
      await pause();
      fail(name, data.failure('cancelled'));
    },
    checkServer(name, passed) {
      const { protocol, remote_dir } = view(name).site;
      return tryServer(passed, protocol, remote_dir);
    },
    history: async () => structuredClone(world.runs),
    runLog: async (_name, run) => (run === world.runs.at(-1)?.run ? null : folders.LOG),

    chooseFolder: async () => folders.chosen(query),
    lookAtFolder: async (folder) => folders.look(folder),
    readText: async (text) => folders.read(text),
    checkAccount(account, passed) {
      note('checkAccount', { host: account.host, user: account.user, trusted: account.trusted_certificate });
      settle(account);
      return tryServer(passed, account.protocol);
    },
    async folders(_account, folder) {
      await pause();
      note('folders', folder);
      return folders.SERVER;
    },
    async foldersOf(name) {
      await pause();
      note('foldersOf', name);
      if (world.account) throw data.failure(world.account);
      return folders.SERVER;
    },
    async addPracticeSite(name) {
      note('addPracticeSite', name);
      world.sites.push(data.view(name, { online: null, last: null, waiting: 9 }));
      return name;
    },

    visit: async (name) => void note('visit', name),
    async openFolder(name) {
      note('openFolder', name);
      const trouble = CODES.find((code) => code === query.get('trouble'));
      if (trouble) throw data.failure(trouble);
    },
    showFile: async (name, path) => void note('showFile', { name, path }),
    visitFile: async (name, path) => void note('visitFile', { name, path }),
    showServerCopy: async (name, path) => void note('showServerCopy', { name, path }),
    copyText: async (text) => void note('copyText', text),
    pasteText: async () => folders.MAIL,
    async setTitle(title, progress) {
      note('setTitle', { title, progress });
      document.title = title;
    },
    setMenu: async (labels) => void note('setMenu', labels),

    settings: async () => settings,
    async saveSettings(changed) {
      note('saveSettings', changed);
      settings = changed;
    },
    about: async () => ({
      version: '0.1.0',
      data_folder: '/home/anna/.local/share/slipway',
      logs_folder: '/home/anna/.local/share/slipway/logs',
    }),
    openDataFolder: async () => void note('openDataFolder', null),
    openLogs: async () => void note('openLogs', null),
    licences: async () => folders.LICENCES,
  };
  window.slipwayHost = host;
  return host;
}
