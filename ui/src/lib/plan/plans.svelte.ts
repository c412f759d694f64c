/** What publishing each site would do, worked out when a site is looked at and when its folder changes. */
import { asFailure, type Backend, type PlanView } from '../backend/backend';
import type { Failure } from '../backend/types';

export type PlanState =
  | { is: 'looking'; before: PlanView | null }
  | { is: 'ready'; plan: PlanView }
  | { is: 'failed'; failure: Failure };

export class Plans {
  #states = $state.raw<ReadonlyMap<string, PlanState>>(new Map());
  readonly #asked = new Map<string, number>();

  constructor(private readonly backend: Backend) {}

  of(site: string): PlanState {
    return this.#states.get(site) ?? { is: 'looking', before: null };
  }

  /** The last look, if this site was looked at. */
  known(site: string): PlanState | null {
    return this.#states.get(site) ?? null;
  }

  ready(site: string): PlanView | null {
    const state = this.of(site);
    return state.is === 'ready' ? state.plan : null;
  }

  /** Looks at the folder again; a later look overtakes an earlier one. */
  async look(site: string): Promise<void> {
    const turn = (this.#asked.get(site) ?? 0) + 1;
    this.#asked.set(site, turn);
    this.#put(site, { is: 'looking', before: this.ready(site) });
    const state = await this.backend.preview(site, {}).then(
      (plan): PlanState => ({ is: 'ready', plan }),
      (thrown: unknown): PlanState => ({ is: 'failed', failure: asFailure(thrown) }),
    );
    if (this.#asked.get(site) === turn) this.#put(site, state);
  }

  #put(site: string, state: PlanState): void {
    this.#states = new Map(this.#states).set(site, state);
  }
}
