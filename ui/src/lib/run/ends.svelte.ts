/** How runs of this session ended, for as long as the person looks at it. */
import type { HostEvent, Outcome } from '../backend/types';

export class Ends {
  #done = $state<Record<string, Outcome>>({});
  #seen = $state<Record<string, boolean>>({});
  #failed = $state<Record<string, number>>({});

  hear(event: HostEvent): void {
    if (event.kind !== 'run') return;
    const said = event.event;
    if (said.event === 'state') this.#clear(event.site);
    if (said.event === 'finished') this.#done[event.site] = said;
    if (said.event === 'failed') this.#failed[event.site] = this.failures(event.site) + 1;
  }

  /** What a run that ended well did. */
  done(site: string): Outcome | undefined {
    return this.#done[site];
  }

  /** How many runs of this session failed: tells one failure from the next. */
  failures(site: string): number {
    return this.#failed[site] ?? 0;
  }

  /** The person has seen how it ended, and wants to go on. */
  dismiss(site: string): void {
    this.#seen[site] = true;
    this.#done = Object.fromEntries(Object.entries(this.#done).filter(([name]) => name !== site));
  }

  /** A site that is gone; another may get its name. */
  forget(site: string): void {
    this.#clear(site);
  }

  dismissed(site: string): boolean {
    return this.#seen[site] ?? false;
  }

  #clear(site: string): void {
    this.dismiss(site);
    this.#seen[site] = false;
  }
}
