/** The app behind the window: where one is, what is known, and what the buttons do. One of it, handed down. */
import { getContext, setContext } from 'svelte';
import type { Backend } from './backend/backend';
import { asFailure } from './backend/backend';
import type { Failure, HostEvent, PlanView, PublishOptions, SiteView } from './backend/types';
import { Commands } from './frame/commands';
import { couldExplain, Online } from './frame/online.svelte';
import { patternOf } from './plan/pattern';
import { asksFor, Plans, type Asks } from './plan/plans.svelte';
import { Ends } from './run/ends.svelte';
import { SettingsState } from './settings/settings.svelte';
import { Sites } from './sites/sites.svelte';

export type Tab = 'overview' | 'history' | 'settings';
export type Place =
  | { at: 'welcome' }
  | { at: 'site'; name: string; tab: Tab; focus?: 'host' | 'remote_dir' }
  | { at: 'add'; folder?: string }
  | { at: 'settings'; about?: boolean };

/** A question that stands over the screen, with the plan it is about. */
export type Question =
  | { ask: 'conflict' | 'removals'; site: string; plan: PlanView }
  | { ask: 'purge'; site: string };

export class App {
  readonly sites: Sites;
  readonly plans: Plans;
  readonly ends = new Ends();
  readonly settings: SettingsState;
  readonly commands = new Commands(this);
  readonly online = new Online(() => this.#backOnline());

  started = $state(false);
  /** Why nothing could be loaded. */
  broken = $state.raw<Failure | null>(null);
  place = $state<Place>({ at: 'welcome' });
  question = $state.raw<Question | null>(null);
  dragging = $state(false);
  /** What could not be done just now, outside of a run. */
  trouble = $state<Failure | null>(null);

  constructor(readonly backend: Backend) {
    this.sites = new Sites(backend);
    this.plans = new Plans(backend);
    this.settings = new SettingsState(backend);
  }

  async start(): Promise<void> {
    this.backend.listen((event) => this.#hear(event));
    window.addEventListener('focus', () => this.#seenAgain());
    await this.load();
  }

  /** Learns what there is; nothing is shown before, so that nothing flickers. */
  async load(): Promise<void> {
    this.broken = null;
    try {
      await Promise.all([this.settings.load(), this.sites.load()]);
      if (this.place.at === 'welcome') this.openFirst();
    } catch (thrown) {
      this.broken = asFailure(thrown);
    }
    this.started = true;
  }

  /** The site that is looked at. */
  get view(): SiteView | undefined {
    return this.place.at === 'site' ? this.sites.get(this.place.name) : undefined;
  }

  open(name: string, tab: Tab = 'overview', focus?: 'host' | 'remote_dir'): void {
    const same = this.place.at === 'site' && this.place.name === name;
    this.place = { at: 'site', name, tab, ...(focus ? { focus } : {}) };
    if (same) return;
    if (this.plans.known(name)) void this.plans.refresh(name);
    else void this.plans.look(name);
  }

  /** Where one is when nothing else was chosen. */
  openFirst(): void {
    const first = this.sites.list[0];
    if (first) this.open(first.site.name);
    else this.place = { at: 'welcome' };
  }

  /** Does what may go wrong; what went wrong is shown. */
  async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.trouble = asFailure(thrown);
    }
  }

  /** Publishes, or asks first what must be asked. */
  async publish(name: string, options: PublishOptions = {}): Promise<void> {
    const plan = this.plans.ready(name);
    const ask = plan && asksFor(plan);
    const answered = options.conflicts ?? options.yes ?? options.keep_removed;
    if (ask && answered === undefined) return this.answer(name, ask === 'conflict' ? 'server' : null);
    this.question = null;
    await this.attempt(() => this.backend.publish(name, options));
  }

  /** Asks what must be decided before the site can be published, after another look if wanted. */
  async answer(name: string, look: Asks | null): Promise<void> {
    if (look) await this.lookAgain(name, look);
    const plan = this.plans.ready(name);
    const ask = plan && asksFor(plan);
    if (ask) this.question = { ask, site: name, plan };
  }

  /** Looks again, as the person asked for; the server too, if it can be reached. */
  async lookAgain(name: string, asks: Asks = 'server'): Promise<void> {
    this.ends.dismiss(name);
    const view = this.sites.get(name);
    await this.plans.look(name, view && this.online.missing(view.site) ? 'folder' : asks);
  }

  /** Never publishes a file from now on. Returns how to take that back. */
  async neverPublish(name: string, path: string): Promise<() => Promise<void>> {
    const before = this.sites.get(name)?.site.exclude ?? [];
    const set = async (exclude: string[]) => {
      this.sites.put(await this.backend.changeSite(name, { exclude }));
      await this.plans.look(name);
    };
    await set([...before, patternOf(path)]);
    return () => set([...before]);
  }

  /** The window is in front again: what is shown should be true. */
  #seenAgain(): void {
    const view = this.view;
    if (view && !view.running && this.question === null) void this.plans.refresh(view.site.name);
  }

  /** What failed for want of the internet is not held against anyone. */
  #backOnline(): void {
    for (const { site, last } of this.sites.list) {
      if (couldExplain(site, last?.failure)) this.ends.dismiss(site.name);
      const looked = this.plans.known(site.name);
      if (looked?.is === 'failed' && couldExplain(site, looked.failure)) void this.plans.look(site.name);
    }
  }

  #hear(event: HostEvent): void {
    this.sites.hear(event);
    this.ends.hear(event);
    switch (event.kind) {
      case 'dragging':
        this.dragging = event.over;
        return;
      case 'dropped':
        this.dragging = false;
        this.question = null;
        this.trouble = null;
        this.place = { at: 'add', folder: event.folder };
        return;
      case 'menu':
        this.commands.run(event.item, 'menu');
        return;
      case 'run':
        if (event.event.event !== 'finished' && event.event.event !== 'failed') return;
        void this.attempt(() => this.sites.load());
        void this.plans.look(event.site);
    }
  }
}

const KEY = Symbol('app');

export function provideApp(app: App): void {
  setContext(KEY, app);
}

export function useApp(): App {
  return getContext<App>(KEY);
}
