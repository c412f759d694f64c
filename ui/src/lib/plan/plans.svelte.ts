/** What publishing each site would do: looked at when a site is opened, when the window comes back, and when asked. */
import { asFailure, type Backend } from '../backend/backend';
import type { Failure, PlanView, PublishOptions } from '../backend/types';

/** What a look asks: this computer alone, which is quick, or the server as well. */
export type Asks = 'folder' | 'server';

export type PlanState =
  | { is: 'looking'; before: PlanView | null; asked: Asks }
  | { is: 'ready'; plan: PlanView; asked: Asks }
  | { is: 'failed'; failure: Failure; asked: Asks };

export class Plans {
  #states = $state.raw<ReadonlyMap<string, PlanState>>(new Map());
  readonly #turns = new Map<string, number>();

  /** Calls back when a look finds that a site is not there any more. */
  constructor(
    private readonly backend: Backend,
    private readonly gone: () => void,
  ) {}

  of(site: string): PlanState {
    return this.#states.get(site) ?? { is: 'looking', before: null, asked: 'folder' };
  }

  /** The last look, if this site was looked at. */
  known(site: string): PlanState | null {
    return this.#states.get(site) ?? null;
  }

  ready(site: string): PlanView | null {
    const state = this.of(site);
    return state.is === 'ready' ? state.plan : null;
  }

  /** The list that is on the screen. */
  #shown(site: string): PlanView | null {
    const state = this.of(site);
    return state.is === 'looking' ? state.before : this.ready(site);
  }

  /** Looks again and says so; the old list stays meanwhile. A later look overtakes an earlier one. */
  async look(site: string, asks: Asks = 'folder'): Promise<void> {
    this.#put(site, { is: 'looking', before: this.#shown(site), asked: asks });
    await this.#ask(site, asks);
  }

  /**
   * Looks at the folder again without a word, so that what is shown is no older than the window's last sight. What
   * the server said and waits for an answer stays.
   */
  async refresh(site: string): Promise<void> {
    const state = this.of(site);
    const waits = state.is === 'looking' || (state.asked === 'server' && (state.is === 'failed' || asksFor(state.plan)));
    if (!waits) await this.#ask(site, 'folder');
  }

  async #ask(site: string, asked: Asks): Promise<void> {
    const turn = (this.#turns.get(site) ?? 0) + 1;
    this.#turns.set(site, turn);
    const request = asked === 'server' ? this.backend.preview(site, {}) : this.backend.plan(site, {});
    const state = await request.then(
      (plan): PlanState => ({ is: 'ready', plan, asked }),
      (thrown: unknown): PlanState => ({ is: 'failed', failure: asFailure(thrown), asked }),
    );
    if (this.#turns.get(site) !== turn) return;
    if (state.is === 'failed' && state.failure.code === 'cancelled') this.#leaveOff(site);
    else this.#put(site, state);
    if (state.is === 'failed' && state.failure.code === 'site_not_found') this.gone();
  }

  /** A publish sends those away who look; once it has ended they look again. So does a look at a version. */
  #leaveOff(site: string): void {
    const state = this.known(site);
    if (state?.is !== 'looking') return;
    if (state.before) this.#put(site, { is: 'ready', plan: state.before, asked: 'folder' });
    else this.forget(site);
  }

  /** What failed while the server was asked for something else is shown as a look's would be. */
  fail(site: string, failure: Failure): void {
    this.#turns.set(site, (this.#turns.get(site) ?? 0) + 1);
    this.#put(site, { is: 'failed', failure, asked: 'server' });
  }

  /** A site that is gone; another may get its name. */
  forget(site: string): void {
    this.#turns.set(site, (this.#turns.get(site) ?? 0) + 1);
    this.#states = new Map([...this.#states].filter(([name]) => name !== site));
  }

  #put(site: string, state: PlanState): void {
    this.#states = new Map(this.#states).set(site, state);
  }
}

/** The question that must be answered before this can be published, besides what is answered already. */
export function asksFor(plan: PlanView, answers: PublishOptions = {}): 'conflict' | 'removals' | null {
  if (plan.conflicts.length > 0 && !answers.conflicts) return 'conflict';
  return plan.removes_much && !answers.yes && !answers.keep_removed ? 'removals' : null;
}
