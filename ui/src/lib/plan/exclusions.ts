/** Files that are never published from now on. One change after the other, so that none overwrites another. */
import type { Backend } from '../backend/backend';
import type { Sites } from '../sites/sites.svelte';
import { patternOf } from './pattern';
import type { Plans } from './plans.svelte';

export class Exclusions {
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly backend: Backend,
    private readonly sites: Sites,
    private readonly plans: Plans,
  ) {}

  /** Leaves a file of a site out. Returns how to take that, and no more than that, back. */
  async add(site: string, path: string): Promise<() => Promise<void>> {
    const pattern = patternOf(path);
    const others = (exclude: readonly string[]) => exclude.filter((other) => other !== pattern);
    await this.#change(site, (exclude) => [...others(exclude), pattern]);
    return () => this.#change(site, others);
  }

  async #change(site: string, edit: (exclude: readonly string[]) => string[]): Promise<void> {
    const done = this.#turn.then(async () => {
      const exclude = edit(this.sites.get(site)?.site.exclude ?? []);
      this.sites.put(await this.backend.changeSite(site, { exclude }));
    });
    this.#turn = done.catch(() => undefined);
    await done;
    void this.plans.look(site);
  }
}
