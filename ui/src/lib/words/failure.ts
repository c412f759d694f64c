/** The words of a failure: what happened, whether the website is still up, and details for the hosting company. */
import type { Distrust, Failure, Publisher, Site, SiteState } from '../backend/types';
import { m } from '../../paraglide/messages.js';
import { baseName, number } from './format';

/** How the state of the site is shown: green when all is well, amber when half switched, else neutral. */
export const SITE_LOOKS = {
  untouched: 'live',
  nothing_online: 'idle',
  partly_switched: 'needs',
  live: 'live',
  unknown: 'idle',
} as const satisfies Record<SiteState, string>;

export interface Told {
  title: string;
  text: string;
}

type Place = Pick<Site, 'host' | 'user' | 'folder' | 'remote_dir'>;

/** Why a certificate is not trusted, and what to do. */
const DISTRUST: Record<Distrust, () => string> = {
  unknown_issuer: m.code_certificate_unknown_text,
  wrong_name: m.certificate_wrong_name_text,
  out_of_date: m.certificate_out_of_date_text,
  revoked: m.certificate_revoked_text,
  other: m.certificate_other_text,
};

/** Title and explanation. */
export function tell(failure: Failure, site: Place): Told {
  if (failure.publisher) return tellElsewhere(failure.publisher);
  const n = failure.count ?? 1;
  const path = failure.path ?? '';
  const inputs = {
    n,
    count: number(n),
    host: site.host,
    user: site.user,
    folder: baseName(site.folder),
    path: path || site.remote_dir,
    file: baseName(path),
  };
  const distrust = failure.code === 'certificate_unknown' && failure.certificate?.distrust;
  const text = distrust ? DISTRUST[distrust]() : m[`code_${failure.code}_text`](inputs);
  return { title: m[`code_${failure.code}_title`](inputs), text };
}

/** Another computer publishes the website. */
function tellElsewhere({ name, silent_seconds, may_be_replaced }: Publisher): Told {
  const inputs = { name: name ?? m.elsewhere_somebody(), minutes: number(Math.floor((silent_seconds ?? 0) / 60)) };
  return { title: m.elsewhere_title(), text: may_be_replaced ? m.elsewhere_silent(inputs) : m.elsewhere_text(inputs) };
}

/** While there is no internet, with so many changes that wait. */
export function tellOffline(waiting: number): Told {
  const text = waiting > 0 ? m.offline_text({ n: waiting, count: number(waiting) }) : m.offline_nothing();
  return { title: m.offline_title(), text };
}

/**
 * Whether a look found no more than that the website has not been made yet: its own folder is there, and what a program
 * makes of it is not.
 */
export function unmade(failure: Failure, site: Site): boolean {
  if (!site.build) return false;
  return failure.code === 'local_folder_empty' || (failure.code === 'local_folder_missing' && failure.path !== site.folder);
}

export function tellUnmade(): Told {
  return { title: m.unmade_title(), text: m.unmade_text() };
}

export function siteState(state: SiteState): string {
  return m[`site_state_${state}`]();
}

/** Whether it is no matter of the hosting company. */
export function isFault(failure: Failure): boolean {
  return failure.code === 'unexpected' || failure.code === 'data_unusable';
}

/** What went wrong in Slipway's own words, without what tells of this computer's owner. */
function inDetail(failure: Failure, site: Site): string[] {
  const lines = failure.stage ? [`${m.details_stage()}: ${failure.stage}`] : [];
  const home = site.folder.split(/[/\\]/).slice(0, 3).join('/');
  const detail = failure.detail.replaceAll('\\', '/').replaceAll(home, '…');
  return [...lines, `${m.details_more()}: ${detail}`];
}

/** What those need to know who can help. Holds no password and no folder of this computer. */
export function forHost(failure: Failure, site: Site): string {
  const lines = [
    isFault(failure) ? m.details_fault() : m.details_intro(),
    `${m.details_server()}: ${site.host}${site.port ? `:${site.port}` : ''} (${site.protocol})`,
    `${m.details_user()}: ${site.user}`,
    `${m.details_folder()}: ${site.remote_dir}`,
    `${m.details_problem()}: ${tell(failure, site).title} [${failure.code}]`,
  ];
  if (failure.server_reply) lines.push(`${m.details_reply()}: ${failure.server_reply}`);
  if (failure.certificate) lines.push(`${m.certificate_fingerprint()}: ${failure.certificate.sha256}`);
  if (isFault(failure)) lines.push(...inDetail(failure, site));
  lines.push(`${m.details_time()}: ${new Date().toISOString()}`);
  return lines.join('\n');
}
