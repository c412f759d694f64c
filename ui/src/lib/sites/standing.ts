/** How a site stands, in one word: what its icon, its line in the sidebar and its big button are made from. */
import type { SiteView } from '../backend/backend';
import type { Code, Failure } from '../backend/types';
import { m } from '../../paraglide/messages.js';
import type { IconName } from '../parts/icons';
import { number, percent } from '../words/format';
import type { PlanState } from '../plan/plans.svelte';
import { part } from '../run/phase';

export type Look = 'live' | 'waiting' | 'publishing' | 'needs' | 'failed' | 'idle';

/** Failures that are questions: nothing has broken, a person must decide or do something here. */
const QUESTIONS: readonly Code[] = [
  'certificate_unknown',
  'conflict',
  'many_removals',
  'confirmation_needed',
  'build_not_allowed',
  'password_missing',
  'keychain_locked',
  'keychain_unavailable',
  'credentials_key_missing',
  'credentials_key_wrong',
  'local_folder_missing',
  'local_folder_empty',
];

export const ICONS = {
  live: 'live',
  waiting: 'waiting',
  publishing: 'publishing',
  needs: 'needs',
  failed: 'failed',
  idle: 'idle',
} as const satisfies Record<Look, IconName>;

/** Whether a failure is a question or a fault; what a person stopped is neither. */
export function lookOf(failure: Failure): Look {
  if (failure.code === 'cancelled') return 'idle';
  return QUESTIONS.includes(failure.code) ? 'needs' : 'failed';
}

/** From what is remembered, and from the last look at the folder if there was one. */
export function standing(view: SiteView, looked: PlanState | null): { look: Look; word: string } {
  if (view.running) return { look: 'publishing', word: m.status_publishing({ percent: percent(part(view.running)) }) };
  const failure = view.last?.failure ?? (looked?.is === 'failed' ? looked.failure : null);
  if (failure && failure.code !== 'cancelled') {
    const look = lookOf(failure);
    return { look, word: look === 'needs' ? m.status_needs() : m.status_failed() };
  }
  if (view.last?.state === 'interrupted') return { look: 'needs', word: m.status_needs() };
  if (!view.online) return { look: 'idle', word: m.status_not_online() };
  const n = looked?.is === 'ready' ? looked.plan.changes.length : (view.waiting ?? 0);
  if (n > 0) return { look: 'waiting', word: m.status_waiting({ n, count: number(n) }) };
  return { look: 'live', word: m.status_live() };
}
