/** The sites, and how each stands. */
import type { Backend } from '../backend/backend';
import type { Failure, HostEvent, LastRun, SiteView } from '../backend/types';

export class Sites {
  list = $state<SiteView[]>([]);
  #turn = 0;
  /** What each request that is under way may not know yet. */
  readonly #meanwhile = new Set<HostEvent[]>();

  constructor(private readonly backend: Backend) {}

  /** A later reply overtakes an earlier one. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    const heard: HostEvent[] = [];
    this.#meanwhile.add(heard);
    try {
      const list = await this.backend.sites();
      if (turn !== this.#turn) return;
      this.list = list;
      heard.forEach((event) => this.#follow(event));
    } finally {
      this.#meanwhile.delete(heard);
    }
  }

  get(name: string): SiteView | undefined {
    return this.list.find((view) => view.site.name === name);
  }

  /** Puts a site in that was changed. */
  put(changed: SiteView): void {
    this.list = this.list.map((view) => (view.site.name === changed.site.name ? changed : view));
  }

  /** Follows a run's events, so that the row of the site shows how it goes. */
  hear(event: HostEvent): void {
    this.#meanwhile.forEach((heard) => heard.push(event));
    this.#follow(event);
  }

  #follow(event: HostEvent): void {
    if (event.kind !== 'run') return;
    const view = this.get(event.site);
    if (!view) return;
    const said = event.event;
    const now = view.running ?? { run: null, state: 'queued', planned: null, progress: null };
    switch (said.event) {
      case 'state':
        view.running = { ...now, run: said.run, state: said.state, progress: null };
        break;
      case 'planned':
        view.running = { ...now, planned: said };
        break;
      case 'progress':
        view.running = { ...now, progress: said };
        break;
      case 'finished':
        view.running = null;
        break;
      case 'failed':
        view.running = null;
        view.last = ended(said);
    }
  }
}

/** A run that failed just now, until the host tells all of it. */
function ended(failure: Failure): LastRun {
  const now = Date.now();
  const state = failure.code === 'cancelled' ? 'cancelled' : 'failed';
  return { kind: 'publish', state, started_ms: now, ended_ms: now, outcome: null, failure };
}
