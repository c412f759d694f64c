/** The app behind the window: where one is, what is known, and what the buttons do. One of it, handed down. */
import { getContext, setContext } from 'svelte';
import type { Backend } from './backend/backend';
import { asFailure } from './backend/backend';
import type { Code, Failure, HostEvent, PlanView, PublishOptions, RunRecord, SiteView } from './backend/types';
import { Attention } from './frame/attention';
import { Commands } from './frame/commands';
import { couldExplain, Online } from './frame/online.svelte';
import { Exclusions } from './plan/exclusions';
import { asksFor, Plans, type Asks } from './plan/plans.svelte';
import { Ends } from './run/ends.svelte';
import { SettingsState } from './settings/settings.svelte';
import { Sites } from './sites/sites.svelte';

/** The setting of a site that a button leads to. */
export type Field = 'host' | 'remote_dir' | 'web_url' | 'build';
export type Tab = 'overview' | 'history' | 'settings';
export type Place =
  | { at: 'welcome' }
  | { at: 'site'; name: string; tab: Tab; focus?: Field }
  | { at: 'add'; folder?: string }
  | { at: 'settings'; about?: boolean };

/** A question that stands over the screen, with the plan it is about, and what was asked for besides. */
export type Question =
  | { ask: 'conflict' | 'removals'; site: string; plan: PlanView; options: PublishOptions }
  | { ask: 'version'; site: string; run: RunRecord; plan: PlanView }
  | { ask: 'purge'; site: string };

export class App {
  readonly sites: Sites;
  readonly plans: Plans;
  readonly exclusions: Exclusions;
  readonly ends = new Ends();
  readonly settings: SettingsState;
  readonly commands = new Commands(this);
  readonly #attention = new Attention();
  /** The sites that are asked to publish just now: what is pressed twice counts once. */
  readonly #asked = new Set<string>();
  /** What the last publish of each site was asked for, until it has gone through. */
  readonly #sent = new Map<string, PublishOptions>();
  /** The version of each site that is to be put back, until that has gone through or something else is published. */
  readonly #putting = new Map<string, PublishOptions>();
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
    this.plans = new Plans(backend, () => void this.#lookForSites());
    this.exclusions = new Exclusions(backend, this.sites, this.plans);
    this.settings = new SettingsState(backend);
  }

  async start(): Promise<void> {
    this.#attention.watch();
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

  open(name: string, tab: Tab = 'overview', focus?: Field): void {
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

  /** Does what may go wrong; what went wrong is shown, and then nothing comes of it. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      this.trouble = asFailure(thrown);
      if (this.trouble.code === 'site_not_found') void this.#lookForSites();
    }
  }

  /** Publishes, or asks first what must be asked; what is wanted besides is kept until that is answered. */
  async publish(name: string, options: PublishOptions = {}): Promise<void> {
    if (!options.version) this.#putting.delete(name);
    // What publishing the folder would do says nothing of a version.
    const plan = options.version ? null : this.plans.ready(name);
    const ask = plan && asksFor(plan, options);
    if (ask) return this.answer(name, ask === 'conflict' ? 'server' : null, options);
    this.question = null;
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    await this.attempt(() => this.#start(name, options));
    this.#asked.delete(name);
  }

  /** Publishes once more what did not go through. */
  again(name: string, options: PublishOptions = {}): Promise<void> {
    return this.publish(name, { ...this.#putting.get(name), ...options });
  }

  /** Asks whether a version is to be put back, with what that changes as far as this computer knows. */
  askToPutBack(name: string, run: RunRecord): Promise<void> {
    return this.attempt(async () => {
      const plan = await this.backend.plan(name, { version: run.run }).catch((thrown: unknown) => {
        // Another look came in between: nothing is wrong, and the button is still there.
        if (asFailure(thrown).code === 'cancelled') return null;
        throw thrown;
      });
      if (plan && this.view?.site.name === name && !this.view.running) this.question = { ask: 'version', site: name, run, plan };
    });
  }

  /** Puts a version back; how much goes was seen before. */
  async putBack(name: string, { run: version }: RunRecord): Promise<void> {
    const options = { version, yes: true };
    this.#putting.set(name, options);
    // How the run before ended says nothing of this one.
    this.ends.dismiss(name);
    this.open(name);
    await this.publish(name, options);
  }

  /** That the site is being published already is seen on its screen. */
  async #start(name: string, options: PublishOptions): Promise<void> {
    try {
      this.#sent.set(name, options);
      await this.backend.publish(name, options);
    } catch (thrown) {
      const running = asFailure(thrown).code === 'another_publish_running' && this.sites.get(name)?.running;
      if (!running) throw thrown;
    }
  }

  /**
   * Asks what must be decided before the site can be published, after another look if wanted. Where nothing is left to
   * ask, what was wanted besides goes on.
   */
  async answer(name: string, look: Asks | null, options: PublishOptions = this.#unanswered(name)): Promise<void> {
    if (look && !options.version) await this.lookAgain(name, look);
    const plan = options.version
      ? await this.attempt(() => this.backend.preview(name, options))
      : this.plans.ready(name);
    // A question stands over its own site; whoever went on to another finds it waiting here.
    if (look && this.view?.site.name !== name) return;
    const ask = plan && asksFor(plan, options);
    if (ask) this.question = { ask, site: name, plan, options };
    else if (plan && Object.keys(options).length > 0) await this.publish(name, options);
  }

  /** What the publish was asked for that a question ended; whose files stay is asked anew. */
  #unanswered(name: string): PublishOptions {
    const options = { ...this.#sent.get(name) };
    delete options.conflicts;
    return options;
  }

  /** Shows a failure on the screen of its site, with all that can be done about it. */
  showFailure(name: string, failure: Failure): void {
    this.question = null;
    this.trouble = null;
    this.ends.dismiss(name);
    this.plans.fail(name, failure);
    this.open(name);
  }

  /** Looks again, as the person asked for; the server too, if it can be reached. */
  async lookAgain(name: string, asks: Asks = 'server'): Promise<void> {
    this.ends.dismiss(name);
    const view = this.sites.get(name);
    await this.plans.look(name, view && this.online.missing(view.site) ? 'folder' : asks);
  }

  /** Learns which sites there are now: they may have been removed elsewhere. Fails silently; what is asked next says why. */
  async #lookForSites(): Promise<void> {
    const before = this.sites.list.map((view) => view.site.name);
    await this.sites.load().catch(() => undefined);
    for (const name of before.filter((known) => !this.sites.get(known))) {
      this.plans.forget(name);
      this.ends.forget(name);
      if (this.question?.site === name) this.question = null;
    }
    if (this.place.at === 'site' && !this.view) this.openFirst();
  }

  /** The window is in front again: what is shown should be true. */
  #seenAgain(): void {
    if (!this.started || this.broken) return;
    void this.#lookForSites();
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

  /** Who was away finds what failed meanwhile, unless that takes away what they are doing. */
  #showFailed(name: string): void {
    const { place } = this;
    const there = place.at === 'site' && place.name === name && place.tab === 'overview';
    if (there || place.at === 'add' || !this.#attention.wasAway || this.#attention.isHeld) return;
    this.open(name);
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
        if (event.event.event === 'finished') this.#putting.delete(event.site);
        if (!(event.event.event === 'failed' && isQuestion(event.event.code))) this.#sent.delete(event.site);
        void this.#lookForSites();
        void this.plans.look(event.site);
        if (event.event.event === 'failed' && event.event.code !== 'cancelled') this.#showFailed(event.site);
    }
  }
}

/** Whether a publish ended with a question that `answer` asks. */
const isQuestion = (code: Code) => code === 'conflict' || code === 'many_removals';

const KEY = Symbol('app');

export function provideApp(app: App): void {
  setContext(KEY, app);
}

export function useApp(): App {
  return getContext<App>(KEY);
}
