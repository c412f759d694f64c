/** A run as people see it: four phases, one percentage, and how long it takes. Pure. */
import type { RunNow, RunState } from '../backend/types';
import { m } from '../../paraglide/messages.js';
import { duration } from '../words/format';

export const PHASES = ['preparing', 'sending', 'going_live', 'checking'] as const;
export type Phase = (typeof PHASES)[number];

const PHASE_OF: Partial<Record<RunState, Phase>> = {
  uploading: 'sending',
  going_live: 'going_live',
  tidying_up: 'going_live',
  checking: 'checking',
};

export function phaseOf(state: RunState): Phase {
  return PHASE_OF[state] ?? 'preparing';
}

/** What a run does now, in words. */
export function doing(state: RunState): string {
  const phase = phaseOf(state);
  if (state === 'building') return m.phase_building();
  return { preparing: m.phase_preparing, sending: m.phase_sending, going_live: m.phase_going_live, checking: m.phase_checking }[phase]();
}

/** How far a run is, from 0 to 1: by bytes, since those take the time. */
export function part(now: RunNow): number {
  const phase = phaseOf(now.state);
  if (phase === 'preparing') return 0;
  if (phase !== 'sending') return 1;
  const progress = now.progress;
  return progress && progress.bytes_total > 0 ? Math.min(1, progress.bytes_done / progress.bytes_total) : 0;
}

/** Whether stopping still leaves everything as it was. */
export function mayStop(state: RunState): boolean {
  return ['preparing', 'sending'].includes(phaseOf(state));
}

/** Seconds in steps that people count in, so that the display stands still most of the time. */
export function rounded(seconds: number): number {
  if (seconds <= 10) return Math.max(1, Math.ceil(seconds));
  if (seconds < 60) return Math.ceil(seconds / 5) * 5;
  return Math.ceil(seconds / 60) * 60;
}

/** The time left in words; nothing while it can't be told. */
export function timeLeft(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '';
  if (seconds >= 3600) return m.left_hours({ time: duration(seconds) });
  if (seconds > 600) return m.left_under_hour();
  return m.left_about({ time: duration(rounded(seconds)) });
}
