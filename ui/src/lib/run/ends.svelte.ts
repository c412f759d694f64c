/** How runs of this session ended, for as long as the person looks at it. */
import type { HostEvent } from '../backend/backend';
import type { Outcome } from '../backend/types';

export class Ends {
  #done = $state<Record<string, Outcome>>({});
  #seen = $state<Record<string, boolean>>({});

  hear(event: HostEvent): void {
    if (event.kind !== 'run') return;
    const said = event.event;
    if (said.event === 'state') this.clear(event.site);
    if (said.event === 'finished') this.#done[event.site] = said;
  }

  /** What a run that ended well did. */
  done(site: string): Outcome | undefined {
    return this.#done[site];
  }

  /** The person has seen how it ended, and wants to go on. */
  dismiss(site: string): void {
    this.#seen[site] = true;
    this.#done = Object.fromEntries(Object.entries(this.#done).filter(([name]) => name !== site));
  }

  dismissed(site: string): boolean {
    return this.#seen[site] ?? false;
  }

  private clear(site: string): void {
    this.dismiss(site);
    this.#seen[site] = false;
  }
}
