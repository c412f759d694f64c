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

/** What is said instead of numbers while there are none. */
export function waitingFor(state: RunState): string {
  if (state === 'queued') return m.wait_turn();
  return state === 'building' ? m.wait_building() : m.takes_seconds();
}

/**
 * Seconds as a step that people count in, as the command does: 0 to 9 are seconds, 10 to 18 five seconds each, 19 to 63
 * minutes, 64 is under an hour, then hours.
 */
export function stepOf(seconds: number): number {
  if (seconds <= 10) return Math.max(0, Math.ceil(seconds) - 1);
  if (seconds <= 55) return 9 + Math.ceil((seconds - 10) / 5);
  if (seconds <= 2_700) return 18 + Math.ceil(seconds / 60);
  return 64 + Math.ceil(seconds / 3_600) - 1;
}

function wordsOf(step: number): string {
  if (step === 64) return m.left_under_hour();
  const seconds = step < 10 ? step + 1 : step < 19 ? 10 + (step - 9) * 5 : step < 64 ? (step - 18) * 60 : (step - 63) * 3_600;
  return m.left_about({ time: duration(seconds) });
}

/** The time left of one phase. It never counts up by more than a step at a time. */
export class TimeLeft {
  #step = Infinity;

  /** In words, given a new guess in seconds; nothing while it can't be told. */
  say(seconds: number | null | undefined): string {
    if (seconds === null || seconds === undefined) return '';
    this.#step = Math.min(stepOf(seconds), this.#step + 1);
    return wordsOf(this.#step);
  }
}
