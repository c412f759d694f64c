/** The app behind the window: where one is, what is known, and what the buttons do. One of it, handed down. */
import { getContext, setContext } from 'svelte';
import type { Backend, HostEvent, PublishOptions, SiteView } from './backend/backend';
import { asFailure } from './backend/backend';
import type { Failure } from './backend/types';
import { patternOf } from './plan/pattern';
import { Plans } from './plan/plans.svelte';
import { Ends } from './run/ends.svelte';
import { SettingsState } from './settings/settings.svelte';
import { Sites } from './sites/sites.svelte';

export type Tab = 'overview' | 'history' | 'settings';
export type Place =
  | { at: 'welcome' }
  | { at: 'site'; name: string; tab: Tab; focus?: 'host' | 'remote_dir' }
  | { at: 'add'; folder?: string }
  | { at: 'settings' };

/** A question that stands over the screen. */
export type Question = { ask: 'conflict' | 'removals' | 'purge'; site: string };

export class App {
  readonly sites: Sites;
  readonly plans: Plans;
  readonly ends = new Ends();
  readonly settings: SettingsState;

  place = $state<Place>({ at: 'welcome' });
  question = $state<Question | null>(null);
  dragging = $state(false);
  /** What could not be done just now, outside of a run. */
  trouble = $state<Failure | null>(null);

  constructor(readonly backend: Backend) {
    this.sites = new Sites(backend);
    this.plans = new Plans(backend);
    this.settings = new SettingsState(backend);
  }

  async start(): Promise<void> {
    await this.settings.load();
    this.backend.listen((event) => this.#hear(event));
    await this.sites.load();
    const first = this.sites.list[0];
    if (first) this.open(first.site.name);
  }

  /** The site that is looked at. */
  get view(): SiteView | undefined {
    return this.place.at === 'site' ? this.sites.get(this.place.name) : undefined;
  }

  open(name: string, tab: Tab = 'overview', focus?: 'host' | 'remote_dir'): void {
    const same = this.place.at === 'site' && this.place.name === name;
    this.place = { at: 'site', name, tab, ...(focus ? { focus } : {}) };
    if (!same) void this.plans.look(name);
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
    if (plan && plan.conflicts.length > 0 && !options.conflicts) {
      this.question = { ask: 'conflict', site: name };
    } else if (plan?.removes_much && !options.yes && !options.keep_removed) {
      this.question = { ask: 'removals', site: name };
    } else {
      this.question = null;
      await this.attempt(() => this.backend.publish(name, options));
    }
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

  #hear(event: HostEvent): void {
    this.sites.hear(event);
    this.ends.hear(event);
    if (event.kind === 'dragging') this.dragging = event.over;
    if (event.kind === 'folder_changed') void this.plans.look(event.site);
    if (event.kind === 'dropped') {
      this.dragging = false;
      this.place = { at: 'add', folder: event.folder };
    }
    if (event.kind === 'run' && ['finished', 'failed'].includes(event.event.event)) {
      void this.sites.load();
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
