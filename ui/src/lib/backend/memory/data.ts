/** Made-up sites, folders and plans for tests and for trying the screens. The same each time. */
import type { Certificate, ChangeRow, Code, ConflictRow, Distrust, Failure, LastRun, Outcome, PlanView, Proof, Publisher, RunRecord, Site, SiteState, SiteView } from '../types';

export const NOW = new Date(2026, 10, 23, 14, 32).getTime();
const MINUTE = 60_000;
const DAY = 86_400_000;

export function site(name: string, more: Partial<Site> = {}): Site {
  const address = name.toLowerCase().normalize('NFD').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  return {
    name,
    folder: `/home/anna/Documents/Shop/${name.replace(/[^\w .-]/g, '')}`,
    host: 'ftp.brightharbour.example',
    user: 'wildflower',
    protocol: 'ftps',
    remote_dir: '/public_html',
    web_url: `https://${address}.example`,
    connections: 8,
    exclude: [],
    ...more,
  };
}

export function outcome(more: Partial<Outcome> = {}): Outcome {
  return {
    uploaded: 305,
    downloaded: 0,
    removed: 7,
    unchanged: 1_106,
    failed: 0,
    bytes: 28_311_552,
    seconds: 18.2,
    retries: 0,
    connections: 4,
    notes: [],
    ...more,
  };
}

/** What visitors were found to see. */
export function proof(finding: Proof['finding'], reason?: Proof['reason']): Proof {
  const seen = finding === 'live' ? {} : { path: 'index.html' };
  return { finding, compared: finding === 'unreachable' ? 0 : 12, same: finding === 'live' ? 12 : 0, ...seen, ...(reason && { reason }) };
}

export function record(agoMs: number, more: Partial<RunRecord> = {}): RunRecord {
  const ended_ms = NOW - agoMs;
  const random = (Math.round(agoMs * 2_654_435.761) >>> 0).toString(16).padStart(8, '0');
  const done = outcome({ uploaded: 12, removed: 0, seconds: 3.4 });
  const base = { run: random.repeat(4), kind: 'publish', state: 'live', failure: null, version: false } as const;
  return { ...base, started_ms: ended_ms - 3_400, ended_ms, outcome: done, ...more };
}

/** The same as the newest run of a site. */
export function last(agoMs: number, more: Partial<RunRecord> = {}): LastRun {
  const { kind, state, started_ms, ended_ms, outcome, failure } = record(agoMs, more);
  return { kind, state, started_ms, ended_ms, outcome, failure };
}

export const CERTIFICATE: Certificate = {
  sha256: '9c417e02bd6618af53d02a97e40b71ccd1f00a8842b7c5e6a93f7710dd52eb04',
  subject: 'C=GB, O=Bright Harbour Hosting, Ltd., CN=ftp.brightharbour.example',
  issuer: 'C=GB, O=Bright Harbour Hosting, Ltd.',
  names: ['*.brightharbour.example'],
  not_before: Date.UTC(2026, 2, 12) / 1000,
  not_after: Date.UTC(2028, 2, 12) / 1000,
  distrust: 'unknown_issuer',
};

const ABOUT: Partial<Record<Code, Partial<Failure>>> = {
  folder_not_found: { path: '/public_html' },
  permission_denied: { path: '/public_html', server_reply: '550 Permission denied' },
  name_not_allowed: { path: 'pictures/what?.jpg', count: 3 },
  local_file_unreadable: { path: 'price-list-2026.pdf', count: 2 },
  local_file_unwritable: { path: 'pictures/spring' },
  local_file_changing: { path: 'guestbook.txt' },
  hosting_full: { path: 'film.mp4', server_reply: '552 Quota exceeded' },
  login_rejected: { server_reply: '530 Login incorrect.' },
  conflict: { count: 2, path: 'opening-hours.html' },
  many_removals: { count: 763 },
  build_failed: { path: 'hugo --minify' },
  sources_clash: { path: 'index.html', count: 2 },
  certificate_unknown: { certificate: CERTIFICATE },
  certificate_changed: { certificate: { ...CERTIFICATE, distrust: 'wrong_name', names: ['mail.other.example'] } },
};

export function failure(code: Code, state: SiteState = 'untouched'): Failure {
  const base = { code, site: state, path: null, server_reply: null, detail: `${code} (made up)` };
  return { ...base, stage: 'uploading', ...ABOUT[code] };
}

/** Another computer that is at work, or has been silent for a quarter of an hour. */
export function publisher(silent: boolean): Publisher {
  return { name: 'anna@studio', silent_seconds: silent ? 900 : 8, may_be_replaced: silent };
}

export function view(name: string, more: Partial<SiteView> = {}): SiteView {
  const latest = last(29 * MINUTE);
  const online = { files: 1_204, bytes: 90_177_536, since_ms: NOW - 29 * MINUTE };
  return { site: site(name), online, waiting: 0, running: null, last: latest, ...more };
}

const SPRING = ['peonies-in-the-window-early-morning', 'ranunculus-table', 'tulips-market-day'];

/** Why the unknown certificate is not trusted. */
export function distrustFor(distrust: Distrust): void {
  CERTIFICATE.distrust = distrust;
}

/** The plan of the pictures: 312 changes in a handful of folders. */
export function shopChanges(): ChangeRow[] {
  const at = (minutes: number) => NOW - minutes * MINUTE;
  const rows: ChangeRow[] = [
    { path: 'index.html', kind: 'changed', size: 14_336, modified_ms: at(1) },
    { path: 'opening-hours.html', kind: 'changed', size: 6_144, modified_ms: at(4) },
    { path: 'weddings.html', kind: 'new', size: 9_216, modified_ms: at(6) },
    { path: 'christmas-2025.html', kind: 'removed', size: 8_100, modified_ms: null },
  ];
  for (const name of SPRING) {
    rows.push({ path: `pictures/spring/${name}.jpg`, kind: 'new', size: 421_888, modified_ms: at(34) });
  }
  for (let n = 1; n <= 210; n++) {
    const path = `pictures/spring/workshop-${String(n).padStart(2, '0')}.jpg`;
    rows.push({ path, kind: 'new', size: 380_000 + ((n * 7_919) % 60_000), modified_ms: at(35 + n / 4) });
  }
  for (let n = 1; n <= 89; n++) {
    rows.push({ path: `shop/bouquet-${n}.html`, kind: 'changed', size: 4_000 + n * 31, modified_ms: at(90) });
  }
  for (let n = 1; n <= 6; n++) {
    rows.push({ path: `archive/2019/page-${n}.html`, kind: 'removed', size: 3_000, modified_ms: null });
  }
  return rows;
}

export function manyChanges(count: number): ChangeRow[] {
  return Array.from({ length: count }, (_, n) => ({
    path: `pictures/album-${String(Math.floor(n / 250)).padStart(3, '0')}/photo-${String(n).padStart(6, '0')}.jpg`,
    kind: n % 7 === 0 ? 'changed' : 'new',
    size: 10_000 + ((n * 7_919) % 900_000),
    modified_ms: NOW - n * 1_000,
  }));
}

export function plan(changes: ChangeRow[], more: Partial<PlanView> = {}): PlanView {
  const sent = changes.filter((row) => row.kind !== 'removed');
  const bytes = sent.reduce((sum, row) => sum + row.size, 0);
  const fresh = changes.filter((row) => row.kind === 'new');
  const gone = changes.filter((row) => row.kind === 'removed');
  const grown = fresh.reduce((sum, row) => sum + row.size, 0) - gone.reduce((sum, row) => sum + row.size, 0);
  return {
    changes,
    unchanged: 1_106,
    bytes,
    bytes_waiting: 0,
    after: { files: 1_204 + fresh.length - gone.length, bytes: 90_177_536 + grown },
    conflicts: [],
    removes_much: false,
    ...more,
  };
}

export function conflicts(more = 0): ConflictRow[] {
  const page: ConflictRow = {
    path: 'opening-hours.html',
    removal: false,
    server_size: 6_349,
    server_modified_ms: NOW - 3 * DAY,
    local_size: 6_144,
    local_modified_ms: NOW - 4 * MINUTE,
  };
  const guestbook: ConflictRow = {
    path: 'data/guestbook.txt',
    removal: true,
    server_size: 31_744,
    server_modified_ms: NOW - 350 * MINUTE,
    local_size: null,
    local_modified_ms: null,
  };
  const pages = Array.from({ length: more }, (_, n) => ({ ...page, path: `shop/bouquet-${n}.html` }));
  return [page, guestbook, ...pages];
}

/** Something that is no file has the name of one of ours. */
export function otherInPlace(): ConflictRow[] {
  return conflicts().map((row) => (row.removal ? row : { ...row, server_size: 0, server_modified_ms: null }));
}

export function removals(): ChangeRow[] {
  const gone = (path: string): ChangeRow => ({ path, kind: 'removed', size: 60_000, modified_ms: null });
  return [
    ...Array.from({ length: 488 }, (_, n) => gone(`pictures/weddings/w-${n}.jpg`)),
    ...Array.from({ length: 261 }, (_, n) => gone(`pictures/archive/a-${n}.jpg`)),
    ...Array.from({ length: 14 }, (_, n) => gone(`page-${n}.html`)),
  ];
}

export function runs(): RunRecord[] {
  const minutes = (n: number) => n * MINUTE;
  return [
    record(minutes(29), { outcome: outcome(), version: true }),
    record(minutes(34), { state: 'failed', outcome: null, failure: failure('connection_lost') }),
    record(minutes(150), { kind: 'undo', outcome: outcome({ uploaded: 1, removed: 0, seconds: 1.2 }), version: true }),
    record(DAY, { outcome: outcome({ uploaded: 38, removed: 0, seconds: 6 }), version: true }),
    record(DAY + minutes(26), { state: 'cancelled', outcome: null, failure: failure('cancelled') }),
    record(20 * DAY, { outcome: outcome({ uploaded: 1_204, removed: 0, seconds: 96 }) }),
    record(20 * DAY + minutes(2), { kind: 'pull', state: 'done', outcome: outcome({ uploaded: 0, removed: 0, downloaded: 2 }), version: true }),
  ];
}
