/** What the made-up host is like, chosen in the address: `?scenario=failed&code=hosting_full`. */
import { CODES } from '../types';
import type { Code, Distrust, Failure, PlanView, Proof, RunNow, RunRecord, RunState, SiteState, SiteView } from '../types';
import * as data from './data';

export interface Scenario {
  sites: SiteView[];
  /** What a look at the folder finds: a plan; a failure; or `null` for one that is never ready. */
  local: (name: string) => PlanView | Failure | null;
  /** The same, where the server is asked. */
  server: (name: string) => PlanView | Failure | null;
  runs: RunRecord[];
  /** What publishing ends with, unless it goes well. */
  ends: Code | null;
  /** What trying an account ends with, unless it goes well. */
  account: Code | null;
  /** Milliseconds between two events. */
  pace: number;
  /** The person does not let a build run, once. */
  refusesBuild: boolean;
  /** Nothing can be read at all, once. */
  broken: Code | null;
  /** A publish that ended a moment ago. */
  justDone: boolean;
  /** What visitors are found to see of a publish. */
  proof: Proof | null;
}

const SHOP = 'Wildflower & Co.';
const LONG = 'The Extraordinarily Long-Named Association of Rhododendron and Hydrangea Growers of Upper Bavaria';

function ten(first: Partial<SiteView> = { waiting: 312 }): SiteView[] {
  const running: RunNow = { run: 'r', state: 'uploading', planned: null, progress: progress(0.4) };
  const failed = data.last(7_200_000, { state: 'failed', outcome: null, failure: data.failure('hosting_full') });
  const asked = data.last(9_000_000, { state: 'failed', outcome: null, failure: data.failure('conflict') });
  return [
    data.view(SHOP, first),
    data.view('Elmside Rowing Club'),
    data.view('Marta Lindqvist Photo', { waiting: 12 }),
    data.view('St Anne’s Choir', { last: asked }),
    data.view('Harbour Street Bakery', { last: failed }),
    data.view('Tom’s garden diary'),
    data.view('Fjordhotel Ålesund', { running }),
    data.view('Café Zürich', { online: null, last: null, waiting: 40 }),
    data.view('Ωmega Bücher'),
    data.view('Zoo', { waiting: 1 }),
  ];
}

function progress(part: number) {
  const total = 28_311_552;
  const active = [
    { path: 'pictures/spring/workshop-14.jpg', sent: 311_000, size: 379_904 },
    { path: 'pictures/spring/workshop-15.jpg', sent: 226_000, size: 411_648 },
    { path: 'price-list-2026.pdf', sent: 910_000, size: 2_936_012 },
    { path: 'pictures/spring/workshop-16.jpg', sent: 47_000, size: 397_312 },
  ];
  const left = Math.ceil((1 - part) * 22);
  return {
    files_done: Math.round(part * 312),
    files_total: 312,
    bytes_done: Math.round(part * total),
    bytes_total: total,
    bytes_per_second: 1_363_148,
    seconds_left: left,
    connections: 4,
    active: part < 1 ? active : [],
  };
}

/** A run in the midst of a state. */
export function inState(state: RunState, part = 0.68): RunNow {
  const planned = { new: 214, changed: 91, removed: 7, unchanged: 1_106, bytes: 28_311_552, bytes_waiting: 0 };
  const early = ['queued', 'pulling', 'building', 'scanning', 'planning'].includes(state);
  const moving = state === 'uploading' ? progress(part) : null;
  return { run: 'r', state, planned: early ? null : planned, progress: moving };
}

function failedWith(code: Code, state: SiteState): Partial<SiteView> {
  const ended = data.last(60_000, { state: code === 'cancelled' ? 'cancelled' : 'failed', outcome: null });
  const build = code.startsWith('build_') ? { build: { commands: ['hugo --minify'], output: 'public' } } : {};
  return { site: data.site(SHOP, build), waiting: 312, last: { ...ended, failure: data.failure(code, state) } };
}

/** Tells apart what the address asks for; anything unknown is as usual. */
export function scenario(query: URLSearchParams): Scenario {
  const asked = query.get('code');
  const code = CODES.find((known) => known === asked) ?? 'connection_lost';
  const account = CODES.find((known) => known === query.get('account')) ?? null;
  const state = (query.get('site') ?? 'untouched') as SiteState;
  const shop = (name: string) => (name === SHOP || name === LONG ? data.plan(data.shopChanges()) : data.plan([]));
  const both = (found: PlanView | Failure | null) => ({ local: () => found, server: () => found });
  const usual: Scenario = {
    sites: ten(),
    local: shop,
    server: shop,
    runs: data.runs(),
    ends: null,
    account,
    pace: Number(query.get('pace') ?? 120),
    refusesBuild: query.get('build') === 'refused',
    broken: null,
    justDone: false,
    proof: null,
  };
  const first = (view: Partial<SiteView>) => ten(view);
  const finding = (query.get('proof') ?? 'live') as Proof['finding'];
  const found = data.proof(finding, (query.get('reason') ?? undefined) as Proof['reason']);
  const many = Number(query.get('changes') ?? 100_000);
  const gone = data.plan(data.removals(), { removes_much: true });
  switch (query.get('scenario')) {
    case 'empty':
      return { ...usual, sites: [], runs: [] };
    case 'first':
      return { ...usual, sites: first({ online: null, last: null, waiting: 1_204 }), runs: [] };
    case 'nothing':
      return { ...usual, sites: first({ waiting: 0 }), ...both(data.plan([])) };
    case 'no-address': {
      const site = data.site(SHOP);
      delete site.web_url;
      return { ...usual, sites: first({ waiting: 0, site }), ...both(data.plan([])) };
    }
    case 'loading':
      return { ...usual, sites: first({ waiting: null }), ...both(null) };
    case 'huge':
      return { ...usual, sites: first({ waiting: many }), ...both(data.plan(data.manyChanges(many))) };
    case 'long':
      return { ...usual, sites: [data.view(LONG, { waiting: 312 }), ...ten()] };
    case 'publishing':
      return { ...usual, sites: first({ running: inState((query.get('state') ?? 'uploading') as RunState) }) };
    case 'done':
      return { ...usual, sites: first({ running: inState('checking') }), justDone: true, proof: found };
    case 'failed':
      data.distrustFor((query.get('distrust') ?? 'unknown_issuer') as Distrust);
      return { ...usual, sites: first(failedWith(code, state)), ends: code, runs: [data.record(60_000, { failure: data.failure(code) }), ...usual.runs] };
    case 'elsewhere': {
      const ended = failedWith('another_publish_running', 'untouched');
      if (ended.last?.failure) ended.last.failure.publisher = data.publisher(query.has('silent'));
      return { ...usual, sites: first(ended) };
    }
    case 'ends':
      return { ...usual, ends: code };
    case 'plan-failed':
      return { ...usual, sites: first({ waiting: null }), ...both(data.failure(code, 'untouched')) };
    case 'broken':
      return { ...usual, broken: code };
    case 'unmade': {
      const site = data.site(SHOP, { build: { commands: ['hugo --minify'], output: 'public' } });
      const missing = { ...data.failure('local_folder_missing'), path: `${site.folder}/public` };
      return { ...usual, sites: first({ site, waiting: null }), local: () => missing };
    }
    case 'look-failed':
      return { ...usual, server: () => data.failure(code, 'untouched') };
    case 'folder-goes': {
      let looks = 0;
      return { ...usual, local: (name) => (looks++ === 0 ? shop(name) : data.failure('local_folder_missing')) };
    }
    case 'interrupted': {
      const last = data.last(3_600_000, { state: 'interrupted', outcome: null });
      return { ...usual, sites: first({ last, waiting: 312 }) };
    }
    case 'conflict': {
      const conflicts = query.has('other') ? data.otherInPlace() : data.conflicts(Number(query.get('conflicts') ?? 0));
      const asks = data.plan(data.shopChanges(), { conflicts, removes_much: query.has('removes') });
      return { ...usual, server: () => asks };
    }
    case 'removals':
      return { ...usual, sites: first({ waiting: 763 }), ...both(gone) };
    default:
      return usual;
  }
}
