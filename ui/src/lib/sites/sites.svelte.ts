/** The sites, and which one is looked at. */
import type { Backend, HostEvent, SiteView } from '../backend/backend';

export class Sites {
  list = $state<SiteView[]>([]);
  ready = $state(false);

  constructor(private readonly backend: Backend) {}

  async load(): Promise<void> {
    this.list = await this.backend.sites();
    this.ready = true;
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
      case 'failed':
        view.running = null;
    }
  }
}
