/** Runs by day, newest first. Pure. */
import type { RunRecord, Site } from '../backend/types';
import { m } from '../../paraglide/messages.js';
import { lookOf, type Look } from '../sites/standing';
import { tell } from '../words/failure';
import { day, number } from '../words/format';

export interface Day {
  name: string;
  runs: RunRecord[];
}

export function byDay(runs: readonly RunRecord[]): Day[] {
  const days: Day[] = [];
  for (const run of runs) {
    const name = day(run.started_ms);
    const last = days.at(-1);
    if (last?.name === name) last.runs.push(run);
    else days.push({ name, runs: [run] });
  }
  return days;
}

/** The run whose files visitors see now. */
export function online(runs: readonly RunRecord[]): RunRecord | undefined {
  return runs.find((run) => run.state === 'live');
}

/** How a run ended, as an icon shows it. */
export function lookOfRun(run: RunRecord): Look {
  if (run.failure) return lookOf(run.failure);
  return run.state === 'live' || run.state === 'done' ? 'live' : 'idle';
}

/** How a run ended, in words. */
export function titleOf(run: RunRecord, site: Site): string {
  if (run.failure) return tell(run.failure, site).title;
  if (run.outcome && run.kind === 'undo') return m.history_put_back();
  if (run.outcome && run.kind === 'pull') {
    const n = run.outcome.downloaded;
    // What a publish replaces is kept as a version of its own; any other pull was asked for.
    return (run.version ? m.history_kept : m.history_brought_down)({ n, count: number(n) });
  }
  const n = (run.outcome?.uploaded ?? 0) + (run.outcome?.removed ?? 0);
  if (run.outcome) return m.history_published({ n, count: number(n) });
  return run.ended_ms === null ? m.history_running() : m.interrupted_title();
}
