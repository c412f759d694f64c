/** How a site stands, in one word: what its icon, its line in the sidebar and its big button are made from. */
import type { Code, Failure, SiteView } from '../backend/types';
import { couldExplain } from '../frame/online.svelte';
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

/** What makes a site's standing besides what is remembered of it. */
export interface Around {
  /** The last look at its folder. */
  looked: PlanState | null;
  /** It can't be reached for want of the internet. */
  offline: boolean;
  /** The person has seen how the last run ended. */
  seen: boolean;
}

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

interface Standing {
  look: Look;
  icon: IconName;
  word: string;
}

/** From what is remembered, and what is known besides. */
export function standing(view: SiteView, around: Around): Standing {
  const { look, word, icon } = stands(view, around);
  return { look, word, icon: icon ?? ICONS[look] };
}

function stands(view: SiteView, { looked, offline, seen }: Around): Omit<Standing, 'icon'> & { icon?: IconName } {
  if (view.running) return { look: 'publishing', word: m.status_publishing({ percent: percent(part(view.running)) }) };
  const n = looked?.is === 'ready' ? looked.plan.changes.length : (view.waiting ?? 0);
  const failure = view.last?.failure ?? (looked?.is === 'failed' ? looked.failure : null);
  const passing = couldExplain(view.site, failure);
  if (offline && (n > 0 || passing)) return { look: 'idle', icon: 'offline', word: m.status_offline() };
  if (failure && failure.code !== 'cancelled' && !(passing && seen)) {
    const look = lookOf(failure);
    return { look, word: look === 'needs' ? m.status_needs() : m.status_failed() };
  }
  if (view.last?.state === 'interrupted') return { look: 'needs', word: m.status_needs() };
  if (!view.online) return { look: 'idle', word: m.status_not_online() };
  if (n > 0) return { look: 'waiting', word: m.status_waiting({ n, count: number(n) }) };
  return { look: 'live', word: m.status_live() };
}
